/// A stretch of source as every JSON report tells it: bytes, then lines and columns from 1, in code points.
package struct PlaceRecord: Encodable {
    let start: Int
    let end: Int
    let line: Int
    let column: Int
    let endLine: Int
    let endColumn: Int

    package init(_ span: SourceSpan, in source: SourceText) {
        let first = source.position(at: Int(span.start))
        let last = source.position(at: max(Int(span.start), Int(span.end)))
        start = Int(span.start)
        end = max(Int(span.start), Int(span.end))
        line = first.line
        column = first.column
        endLine = last.line
        endColumn = last.column
    }
}
