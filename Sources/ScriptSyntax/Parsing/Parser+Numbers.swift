extension Parser {
    /// CPython's limit on the digits of a decimal literal.
    static let maximumDecimalDigits = 4300

    mutating func parseInteger(_ token: Token) throws(ParseFailure) -> ConstantValue {
        let radix = token.value == 0 ? 10 : Int(token.value)
        var value = 0
        for byte in source.utf8[token.span.range.dropFirst(radix == 10 ? 0 : 2)] where byte != 95 {
            let digit = Int(byte <= 57 ? byte &- 48 : (byte | 0x20) &- 87)
            let (product, overflow) = value.multipliedReportingOverflow(by: radix)
            let (sum, carry) = product.addingReportingOverflow(digit)
            if overflow || carry { return try parseBigInteger(token, radix) }
            value = sum
        }
        return .int(value)
    }

    private mutating func parseBigInteger(_ token: Token, _ radix: Int) throws(ParseFailure) -> ConstantValue {
        let bytes = source.utf8[token.span.range.dropFirst(radix == 10 ? 0 : 2)].filter { $0 != 95 }
        if radix == 10, bytes.count > Parser.maximumDecimalDigits {
            throw fail(.hugeDecimal(token.span, digits: bytes.count, limit: Parser.maximumDecimalDigits))
        }
        return .bigInt(digits: String(decoding: bytes, as: UTF8.self).lowercased(), radix: radix)
    }

    mutating func parseFloat(_ token: Token) throws(ParseFailure) -> ConstantValue {
        // A complex literal has been refused by the lexer already.
        if token.value == 1 { return .float(0) }
        let digits = source.utf8[token.span.range].filter { $0 != 95 }
        guard let value = Double(String(decoding: digits, as: UTF8.self)) else {
            throw fail(.invalidNumber(token.span, "decimal"))
        }
        return .float(value)
    }
}
