import CKernels

/// Max pooling of images [n, h, w, c] by windows of any size, images shared by the workers.
package struct PoolingKernel {
    private let window: ck_window
    private let images: Int, inputStep: Int, outputStep: Int

    /// The sizes fit 32 bits, and every window holds a pixel: the caller has checked both.
    package init(
        input: [Int], output: [Int], window: (height: Int, width: Int), stride: (y: Int, x: Int), padding: (top: Int, left: Int)
    ) {
        self.window = ck_window(
            height: Int32(input[1]), width: Int32(input[2]), channels: Int32(input[3]), window_height: Int32(window.height),
            window_width: Int32(window.width), stride_y: Int32(stride.y), stride_x: Int32(stride.x), pad_top: Int32(padding.top),
            pad_left: Int32(padding.left), out_height: Int32(output[1]), out_width: Int32(output[2]))
        images = input[0]
        inputStep = input[1] * input[2] * input[3]
        outputStep = output[1] * output[2] * output[3]
    }

    /// The maxima, and the place of each in its image.
    package func maxima(
        _ x: UnsafePointer<Float>, _ maxima: UnsafeMutablePointer<Float>, _ places: UnsafeMutablePointer<Int32>
    ) {
        Parallel.run(images) { image, _ in
            ck_window_maxima(window, x + image * inputStep, maxima + image * outputStep, places + image * outputStep)
        }
    }
}
