import Corpus
import Imaging
import ScriptRuntime
import Tensors

/// Functions of the original on boxes and labels.
extension Engine {
    var regionFunctions: [Native] {
        [
            Native(
                "in_line(xmin_line, xmax_line, ymin_line, xmin_new, xmax_new, ymax_new)",
                "Whether a character goes on a vertical line: it overlaps the mean edges of the line's characters and does not end above its top."
            ) { call in
                let lefts = try Self.integers(call, 0)
                let rights = try Self.integers(call, 1)
                guard !lefts.isEmpty, lefts.count == rights.count else {
                    throw Raised.value("xmin_line and xmax_line must have one number for each character of the line")
                }
                let left = lefts.reduce(0) { $0 + Double($1) } / Double(lefts.count)
                let right = rights.reduce(0) { $0 + Double($1) } / Double(rights.count)
                let (top, newLeft, newRight, newBottom) = (
                    try call.double(2), try call.double(3), try call.double(4), try call.double(5)
                )
                return .bool(left <= newRight && right >= newLeft && newBottom >= top)
            },
            Native(
                "in_region(obj, region, entire=True)",
                "Whether the box obj lies in the box region; without entire: whether they meet."
            ) { call in
                let (box, region) = (try Self.sides(call, 0), try Self.sides(call, 1))
                if try call.truth(2) {
                    return .bool(region[0] <= box[0] && box[1] <= region[1] && region[2] <= box[2] && box[3] <= region[3])
                }
                return .bool(box[0] < region[1] && region[0] < box[1] && box[2] < region[3] && region[2] < box[3])
            },
            Native("ixs_in_region(bboxes, y1, y2, x1, x2)", "Which of the boxes lie wholly inside.") { call in
                let boxes = try call.interpreter.items(of: call[0]).map { try Self.sides($0, call) }
                let region = [try call.int(3), try call.int(4), try call.int(1), try call.int(2)]
                let inside = boxes.indices.filter { n in
                    let box = boxes[n]
                    return region[0] <= box[0] && box[1] <= region[1] && region[2] <= box[2] && box[3] <= region[3]
                }
                return .list(inside.map { .int($0) })
            },
            Native(
                "seq_norm_bbox_values(bboxes, height, width)",
                "The sides of boxes as shares of an image: lists xmin, xmax, ymin and ymax."
            ) { call in
                let (height, width) = (try call.double(1), try call.double(2))
                guard height > 0, width > 0 else { throw Raised.value("height and width must be positive") }
                let boxes = try call.interpreter.items(of: call[0]).map { try Self.sides($0, call) }
                return .tuple((0..<4).map { side in .list(boxes.map { .float(Double($0[side]) / (side < 2 ? width : height)) }) })
            },
            Native("sparsify_label(label, length)", "The first length classes of a label that are not padding (0).") { call in
                let length = try call.int(1)
                guard length >= 0 else { throw Raised.value("length must be 0 or more, not \(length)") }
                return .list(try Self.integers(call, 0).prefix(length).filter { $0 != 0 }.map { .int($0) })
            },
            Native(
                "shard_batch(features, labels, batch_size, num_shards)",
                "Deal the examples of a batch out in turn: lists of features and of labels, one for each shard."
            ) { [unowned self] call in try shards(call) },
            Native("convert_to_grayscale(image)", "An RGB uint8 tensor [height, width, 3] in grey [height, width, 1] (Rec. 601).") {
                [unowned self] call in try pixels(try image(call, 0).inGray())
            },
            Native("normalize(image)", "A uint8 tensor as floats from -1 to 1.") { [unowned self] call in
                let tensor = try tensor(call[0], "image")
                return tensorValue(
                    try Tensor(tensor.elements(as: Float.self).map { Fitting.normalized(Double($0)) }, shape: tensor.shape))
            },
            Native(
                "pad_borders_or_shrink(image, shape)",
                "A uint8 tensor in a frame of (height, width): shrunk in proportion where it is larger, in the middle, filled up with its mean; "
                    + "floats from -1 to 1."
            ) { [unowned self] call in
                let frame = try interpreter.shape(call[1], name: "shape")
                guard case .pixels(let height) = frame.height, case .pixels(let width) = frame.width else {
                    throw Raised.value("shape must be (height, width) in pixels")
                }
                let numbers = try Fitting(height: height, width: width).fit(image(call, 0))
                return tensorValue(try Tensor(numbers, shape: [height, width, 1]))
            },
        ]
    }

    private static func integers(_ call: Call, _ index: Int) throws -> [Int] {
        if case .host(let box) = call.plain(index), let object = box.object as? TensorObject { return object.tensor.integers }
        return try call.interpreter.items(of: call[index]).map { try call.interpreter.index($0) }
    }

    private static func sides(_ call: Call, _ index: Int) throws -> [Int] { try sides(call[index], call) }

    /// Of a BBox, or of `(xmin, xmax, ymin, ymax)`.
    private static func sides(_ value: Value, _ call: Call) throws -> [Int] {
        if case .host(let box) = call.interpreter.plain(value), let object = box.object as? BoxObject { return object.sides }
        let sides = try call.interpreter.items(of: value).map { try call.interpreter.index($0) }
        guard sides.count == 4 else {
            throw Raised.value("a box is a BBox or (xmin, xmax, ymin, ymax), not \(sides.count) numbers")
        }
        return sides
    }

    /// A uint8 tensor as an image.
    private func image(_ call: Call, _ index: Int) throws -> Image {
        let tensor = try tensor(call[index], "image")
        let channels = tensor.shape.count == 3 ? tensor.shape[2] : 1
        guard tensor.dtype == .uint8, (2...3).contains(tensor.shape.count), let format = PixelFormat(rawValue: channels) else {
            throw Raised.value(
                "image must be a uint8 tensor [height, width] or [height, width, 1 or 3], not \(tensor.dtype.name) \(tensor.shape)"
            )
        }
        return try Image(width: tensor.shape[1], height: tensor.shape[0], format: format, pixels: tensor.elements())
    }

    private func shards(_ call: Call) throws -> Value {
        let (size, count) = (try call.int(2), try call.int(3))
        guard size >= 1, count >= 1 else {
            throw Raised.value("batch_size and num_shards must be 1 or more, not \(size) and \(count)")
        }
        let labels = try tensor(call[1], "labels")
        let parts = (0..<count).map { Array(stride(from: $0, to: size, by: count)) }.filter { !$0.isEmpty }
        func rows(_ tensor: Tensor, _ what: String) throws -> [Value] {
            guard tensor.shape.first == size else {
                throw Raised.value("\(what) has shape \(tensor.shape); its first side must be batch_size \(size)")
            }
            return try parts.map { tensorValue(try tensor.gathered(Tensor($0))) }
        }
        var features = parts.map { _ in [(String, Value)]() }
        for (name, value) in try call.dict(0).entries.map({ (try interpreter.strings(.tuple([$0.0]), name: "features")[0], $0.1) }
        ) {
            for (n, row) in try rows(try tensor(value, name), name).enumerated() { features[n].append((name, row)) }
        }
        return .tuple([.list(features.map { interpreter.dict($0) }), .list(try rows(labels, "labels"))])
    }
}
