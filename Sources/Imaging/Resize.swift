import Foundation

/// How the pixels of another size are made of the old ones; the numbers are those of Pillow's filters of these names.
public enum ResizeKernel: String, Sendable, CaseIterable {
    /// The mean along an axis that shrinks, bilinear along one that grows.
    case automatic = "auto"
    case nearest, box, bilinear, bicubic, lanczos

    /// Half the width of the window, in old pixels (new ones where the axis shrinks).
    func reach(scale: Double) -> Double {
        switch self {
        case .automatic: scale > 1 ? 0.5 : 1
        case .nearest, .box: 0.5
        case .bilinear: 1
        case .bicubic: 2
        case .lanczos: 3
        }
    }

    /// The weight at a distance from the middle of the window.
    func weight(_ x: Double, scale: Double) -> Double {
        switch self {
        case .automatic: (scale > 1 ? ResizeKernel.box : .bilinear).weight(x, scale: scale)
        case .nearest, .box: x > -0.5 && x <= 0.5 ? 1 : 0
        case .bilinear: max(0, 1 - abs(x))
        case .bicubic: Self.cubic(abs(x))
        case .lanczos: abs(x) < 3 ? Self.sinc(x) * Self.sinc(x / 3) : 0
        }
    }

    /// Keys, 1981, with a = -0.5.
    private static func cubic(_ x: Double) -> Double {
        if x < 1 { return (1.5 * x - 2.5) * x * x + 1 }
        return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0
    }

    private static func sinc(_ x: Double) -> Double { x == 0 ? 1 : sin(x * Double.pi) / (x * Double.pi) }
}

extension Image {
    /// The image scaled to another size: along an axis that shrinks each new pixel is the mean of the old pixels whose centres it
    /// covers, along one that grows it is interpolated between the nearest two by the distance of pixel centres.
    ///
    /// The numbers are those of Pillow's `BOX` and `BILINEAR`, rounded to 8 bits after the columns and again after the rows.
    ///
    /// - Throws: `ImagingError.badSize`.
    /// - Complexity: `height · width + newHeight · newWidth` times the scale of the rows.
    public func resized(width newWidth: Int, height newHeight: Int, by kernel: ResizeKernel = .automatic) throws(ImagingError)
        -> Image
    {
        try resized(bounds, width: newWidth, height: newHeight, by: kernel)
    }

    /// The part of the image in `box`, scaled; the same as `cropped` and then `resized`, without the copy between.
    ///
    /// - Throws: `ImagingError.cropOutside`, `ImagingError.badSize`.
    public func resized(
        _ box: Box, width newWidth: Int, height newHeight: Int, by kernel: ResizeKernel = .automatic
    ) throws(ImagingError) -> Image {
        try Scaler(kernel).scaled(self, box, width: newWidth, height: newHeight)
    }
}
