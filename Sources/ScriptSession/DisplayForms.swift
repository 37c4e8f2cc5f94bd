import Foundation
public import ScriptRuntime

/// What a value looks like, by MIME type: always `text/plain`, and what richer forms it has.
public struct DisplayForms: Sendable, Equatable {
    /// One rendering of a value.
    public struct Form: Sendable, Equatable {
        public let type: String
        public let data: [UInt8]

        /// A rendering of this MIME type.
        public init(_ type: String, _ data: [UInt8]) { (self.type, self.data) = (type, data) }
    }

    public static let textType = "text/plain"
    public static let htmlType = "text/html"
    public static let pngType = "image/png"

    /// The plain text first.
    public private(set) var forms: [Form]

    /// A value as text, with the renderings beside it.
    public init(text: String, _ others: [Form] = []) {
        forms = [Form(Self.textType, Array(text.utf8))] + others.filter { $0.type != Self.textType }
    }

    /// The rendering of this MIME type.
    public subscript(type: String) -> [UInt8]? { forms.first { $0.type == type }?.data }

    public var text: String { self[Self.textType].map { String(decoding: $0, as: UTF8.self) } ?? "" }

    /// Its own HTML, else its picture, else its text.
    public var html: String {
        if let own = self[Self.htmlType] { return String(decoding: own, as: UTF8.self) }
        if let image = self[Self.pngType] {
            return "<img alt=\"\(HTML.escaped(text))\" src=\"data:image/png;base64,\(Data(image).base64EncodedString())\">"
        }
        return "<pre>\(HTML.escaped(text))</pre>"
    }

    /// Longer texts of values are cut: the whole is one `print` away.
    static let longestText = 20_000
}

extension ScriptSession {
    /// What the prompt shows for a value: `str` of host objects that have a text of their own, else `repr`.
    ///
    /// - Throws: what the value's own `__repr__` raises.
    public func forms(of value: Value) throws(Raised) -> DisplayForms {
        var text = ""
        var others: [DisplayForms.Form] = []
        if case .host(let box) = interpreter.plain(value), let object = box.object as? any HostDisplay {
            text = try interpreter.str(value).string
            others = try interpreter.converting {
                try object.richForms(interpreter).map { DisplayForms.Form($0.type, $0.data) }
            }
        } else {
            text = try interpreter.repr(value).string
        }
        return DisplayForms(text: Self.cut(text), others)
    }

    private static func cut(_ text: String) -> String {
        guard text.utf8.count > DisplayForms.longestText else { return text }
        let scalars = text.unicodeScalars
        guard scalars.count > DisplayForms.longestText else { return text }
        let head = String.UnicodeScalarView(scalars.prefix(DisplayForms.longestText * 3 / 4))
        let tail = String.UnicodeScalarView(scalars.suffix(DisplayForms.longestText / 8))
        let missing = scalars.count - head.count - tail.count
        return "\(String(head))\n... \(missing) more characters; print(_) shows all ...\n\(String(tail))"
    }
}
