/// Texts about the grammar.
extension Diagnostic {
    static func unexpectedToken(_ token: Token, text: String, expected: String) -> Diagnostic {
        let what: String
        var help: String?
        switch token.kind {
        case .newline: what = "the line ends here"
        case .endOfFile: what = "the source ends here"
        case .indent: what = "an indented line begins here"
        case .dedent: what = "the block ends here"
        case .name, .integer, .float: what = "'\(text)' cannot stand here"
        case .string: what = "a string cannot stand here"
        default:
            what = "'\(text)' cannot stand here"
            if token.kind.isKeyword, expected.contains("name") {
                help = "'\(text)' is a word of the language; choose another name."
            }
        }
        return Diagnostic(
            .unexpectedToken, "\(what); expected \(expected)", token.span, label: "expected \(expected)", help: help)
    }

    static func expectedColon(
        _ span: SourceSpan, _ owner: SourceSpan, _ what: String, insertAt: Int32?
    ) -> Diagnostic {
        let fix = insertAt.map { Fix("insert ':'", [Edit(SourceSpan(start: $0, end: $0), ":")]) }
        return Diagnostic(
            .expectedColon, "expected ':' after '\(what)'", insertAt.map { SourceSpan(start: $0, end: $0) } ?? span,
            label: "expected ':'",
            secondary: [Label(owner)],
            help: fix == nil
                ? "A ':' ends the line, and the block below it is indented; there are no braces around it." : "Write ':' here.",
            fixes: fix.map { [$0] } ?? [])
    }

    static func expectedBlock(_ span: SourceSpan, _ owner: SourceSpan, _ what: String) -> Diagnostic {
        Diagnostic(
            .expectedBlock, "expected an indented block after '\(what)'", span,
            secondary: [Label(owner, "this needs a block")],
            help: "Indent the lines that belong to it by four spaces; 'pass' does nothing.")
    }

    static func unexpectedIndent(_ span: SourceSpan) -> Diagnostic {
        Diagnostic(
            .unexpectedIndent, "unexpected indentation", span,
            help: "Only the lines below a ':' are indented further.")
    }

    static func missingComma(_ before: SourceSpan, _ span: SourceSpan) -> Diagnostic {
        Diagnostic(
            .missingComma, "perhaps a comma is missing", span, label: "before this",
            secondary: [Label(before)],
            help: "Write ',' between the two, or the operator that connects them.")
    }

    static func tryWithoutHandler(_ span: SourceSpan, _ owner: SourceSpan) -> Diagnostic {
        Diagnostic(
            .tryWithoutHandler, "'try' needs 'except' or 'finally'", span, label: "expected here",
            secondary: [Label(owner, "this one")],
            help: "Write 'except SomeError:' and what to do then.")
    }

    static func orphanClause(_ span: SourceSpan, _ keyword: String) -> Diagnostic {
        let owner =
            switch keyword {
            case "elif": "an 'if'"
            case "else": "an 'if', 'for', 'while' or 'try'"
            default: "a 'try'"
            }
        return Diagnostic(
            .orphanClause, "'\(keyword)' does not belong to \(owner)", span,
            help: "Indent it like the statement that it continues, with nothing between them.")
    }

    static func bareExceptNotLast(_ span: SourceSpan) -> Diagnostic {
        Diagnostic(
            .bareExceptNotLast, "'except:' without a type must come last", span,
            help: "It catches everything, so the handlers behind it would never run.")
    }

    static func unparenthesizedTypes(_ span: SourceSpan) -> Diagnostic {
        Diagnostic(
            .unparenthesizedTypes, "several exception types need parentheses", span,
            help: "Write except (A, B): instead.",
            fixes: [
                Fix(
                    "add parentheses",
                    [
                        Edit(SourceSpan(start: span.start, end: span.start), "("),
                        Edit(SourceSpan(start: span.end, end: span.end), ")"),
                    ])
            ])
    }

    static func bareGenerator(_ span: SourceSpan) -> Diagnostic {
        Diagnostic(
            .bareGenerator, "a generator expression needs parentheses unless it is the only argument", span,
            help: "Put parentheses around it.",
            fixes: [
                Fix(
                    "add parentheses",
                    [
                        Edit(SourceSpan(start: span.start, end: span.start), "("),
                        Edit(SourceSpan(start: span.end, end: span.end), ")"),
                    ])
            ])
    }

    static func generatorAsKeyword(_ span: SourceSpan) -> Diagnostic {
        Diagnostic(
            .bareGenerator, "a generator expression as a keyword argument needs parentheses", span,
            help: "Put parentheses around it: name=(x for x in xs).")
    }

    static func positionalAfterKeyword(_ span: SourceSpan, _ earlier: SourceSpan, unpacked: Bool) -> Diagnostic {
        Diagnostic(
            .positionalAfterKeyword, "a positional argument behind \(unpacked ? "'**'" : "a keyword argument")", span,
            secondary: [Label(earlier, unpacked ? "unpacked here" : "the keyword argument")],
            help: "Put the positional arguments first, or give this one its name.")
    }

    static func starAfterDoubleStar(_ span: SourceSpan, _ earlier: SourceSpan) -> Diagnostic {
        Diagnostic(
            .starAfterDoubleStar, "'*' behind '**' in a call", span, secondary: [Label(earlier, "unpacked here")],
            help: "Put the '*' first.")
    }

    static func repeatedKeyword(_ name: Identifier, _ first: SourceSpan) -> Diagnostic {
        Diagnostic(
            .repeatedKeyword, "the keyword argument '\(name.text)' is given twice", name.span,
            secondary: [Label(first, "first here")], help: "Remove one of them.")
    }

    static func keywordIsNotName(_ span: SourceSpan, _ equal: SourceSpan) -> Diagnostic {
        Diagnostic(
            .keywordIsNotName, "the name of a keyword argument must be a plain name", span,
            secondary: [Label(equal)],
            help: "Use '==' to compare, or a plain name in front of '='.")
    }

    static func requiredAfterDefault(_ span: SourceSpan, _ earlier: SourceSpan) -> Diagnostic {
        Diagnostic(
            .requiredAfterDefault, "a parameter without default behind one with default", span,
            secondary: [Label(earlier, "has a default")],
            help: "Give this one a default too, move it forward, or put '*' before it to make it keyword-only.")
    }

    static func misplacedMarker(_ span: SourceSpan, _ marker: String) -> Diagnostic {
        Diagnostic(
            .misplacedMarker, "'\(marker)' cannot stand here among the parameters", span,
            help: "The order is: positional-only, '/', plain, '*' or '*args', keyword-only, '**kwargs'; each marker once.")
    }

    static func bareStar(_ span: SourceSpan) -> Diagnostic {
        Diagnostic(
            .misplacedMarker, "a named parameter must follow '*'", span,
            help: "Write the keyword-only parameters behind it, or '*args'.")
    }

    static func parameterAfterKeywords(_ span: SourceSpan) -> Diagnostic {
        Diagnostic(
            .misplacedMarker, "no parameter can follow '**'", span, help: "Put '**kwargs' last.")
    }

    static func defaultOnVariadic(_ span: SourceSpan) -> Diagnostic {
        Diagnostic(
            .defaultOnVariadic, "'*' and '**' parameters cannot have a default", span,
            help: "They are empty when nothing is given.")
    }

    static func duplicateParameter(_ name: Identifier, _ first: SourceSpan) -> Diagnostic {
        Diagnostic(
            .duplicateParameter, "the parameter '\(name.text)' occurs twice", name.span,
            secondary: [Label(first, "first here")], help: "Give each parameter a name of its own.")
    }

    static func trailingImportComma(_ span: SourceSpan) -> Diagnostic {
        Diagnostic(
            .trailingImportComma, "a trailing comma needs parentheses around the names", span,
            help: "Remove the comma, or write from m import (a, b,).", fixes: [Fix("remove the comma", [Edit(span, "")])])
    }

    static func compoundOnOneLine(_ span: SourceSpan, _ keyword: String) -> Diagnostic {
        Diagnostic(
            .compoundOnOneLine, "'\(keyword)' cannot stand behind ':' on the same line", span,
            help: "Begin a new, indented line for it.")
    }

    static func misplacedStar(_ span: SourceSpan) -> Diagnostic {
        Diagnostic(
            .misplacedStar, "a starred expression cannot stand here", span,
            help: "It unpacks into a call, a list, a tuple or a set; write (*x,) or [*x].")
    }

    static func unpackingInComprehension(_ span: SourceSpan) -> Diagnostic {
        Diagnostic(
            .unpackingInComprehension, "a comprehension's element cannot be unpacked", span,
            help: "Add a second 'for' over the parts: [y for x in xs for y in x].")
    }

    static func unparenthesizedElement(_ span: SourceSpan, _ keyword: SourceSpan) -> Diagnostic {
        Diagnostic(
            .unparenthesizedElement, "did you forget parentheses around the comprehension's element?", span,
            secondary: [Label(keyword)], help: "Write [(a, b) for ...].")
    }

    static func conditionalWithoutElse(_ span: SourceSpan, _ here: SourceSpan) -> Diagnostic {
        Diagnostic(
            .conditionalWithoutElse, "expected 'else' after the 'if' of an expression", here, label: "expected 'else'",
            secondary: [Label(span)],
            help: "Write a if condition else b; there is always an else.")
    }

    static func notAfterOperator(_ span: SourceSpan) -> Diagnostic {
        Diagnostic(
            .notAfterOperator, "'not' cannot stand behind an operator that binds more tightly", span,
            help: "Put parentheses around it: a == (not b).")
    }

    static func misspelledKeyword(_ span: SourceSpan, _ name: String, meant: String) -> Diagnostic {
        Diagnostic(
            .misspelledKeyword, "unknown clause '\(name)'", span, help: "Did you mean '\(meant)'?",
            fixes: [Fix("write '\(meant)'", [Edit(span, meant)])])
    }

    // MARK: - Targets

    static func cannotAssign(_ target: ExpressionNode, equal: SourceSpan?) -> Diagnostic {
        var help = "Only names, attributes, items and lists of these can be assigned to."
        switch target.kind {
        case .call: help = "The name comes first: name = call(...)."
        case .constant(.none, _), .constant(.bool, _): help = "This word has a fixed meaning; choose another name."
        default: break
        }
        if equal != nil { help += " To compare, write '=='." }
        return Diagnostic(
            .cannotAssign, "cannot assign to \(target.describedKind)", target.span,
            secondary: equal.map { [Label($0)] } ?? [], help: help)
    }

    static func assignmentInCondition(_ span: SourceSpan, _ what: String) -> Diagnostic {
        Diagnostic(
            .assignmentInCondition, "'=' assigns and cannot stand in the condition of '\(what)'", span,
            help: "Write '==' to compare, or ':=' to assign and test at once.",
            fixes: [Fix("write '=='", [Edit(span, "==")])])
    }

    static func cannotDelete(_ target: ExpressionNode) -> Diagnostic {
        Diagnostic(
            .cannotDelete, "cannot delete \(target.describedKind)", target.span,
            help: "Names, attributes and items can be deleted.")
    }

    static func cannotAugment(_ target: ExpressionNode) -> Diagnostic {
        Diagnostic(
            .cannotAugment, "an augmented assignment cannot change \(target.describedKind)", target.span,
            help: "Its left side is a single name, attribute or item.")
    }

    static func cannotAnnotate(_ target: ExpressionNode) -> Diagnostic {
        Diagnostic(
            .cannotAnnotate, "\(target.describedKind) cannot be annotated", target.span,
            help: "Only a single name, attribute or item can; a ':' also follows if, for, while, def and the like.")
    }

    static func multipleStars(_ span: SourceSpan, _ first: SourceSpan) -> Diagnostic {
        Diagnostic(
            .multipleStars, "two starred targets in one assignment", span, secondary: [Label(first, "first here")],
            help: "Only one target can take the rest.")
    }

    static func loneStarTarget(_ span: SourceSpan) -> Diagnostic {
        Diagnostic(
            .loneStarTarget, "a starred target must stand in a list or tuple", span,
            help: "Write *name, = values, with a comma.")
    }

    static func walrusTarget(_ target: ExpressionNode, _ span: SourceSpan) -> Diagnostic {
        Diagnostic(
            .walrusTarget, "':=' can assign to a plain name only, not to \(target.describedKind)", target.span,
            secondary: [Label(span)], help: "Assign in a statement of its own, before this one.")
    }

    static func walrusStatement(_ target: ExpressionNode, _ span: SourceSpan) -> Diagnostic {
        Diagnostic(
            .walrusStatement, "':=' cannot begin a statement", span, secondary: [Label(target.span)],
            help: "Write '='.", fixes: [Fix("write '='", [Edit(span, "=")])])
    }

    static func assignToDebug(_ span: SourceSpan) -> Diagnostic {
        Diagnostic(.assignToDebug, "cannot assign to __debug__", span, help: "Choose another name.")
    }

    // MARK: - Forms of other languages

    static func printStatement(_ span: SourceSpan, name: String, rest: SourceSpan) -> Diagnostic {
        let insertion = SourceSpan(start: span.end, end: rest.start)
        return Diagnostic(
            .printStatement, "'\(name)' is a function and needs parentheses", span.joined(with: rest),
            help: "Write \(name)(...).",
            fixes: [
                Fix("add parentheses", [Edit(insertion, "("), Edit(SourceSpan(start: rest.end, end: rest.end), ")")])
            ])
    }

    static func stepOperator(_ span: SourceSpan, _ sign: String, isStatement: Bool) -> Diagnostic {
        Diagnostic(
            .stepOperator, "there is no '\(sign)\(sign)' operator", span, help: "Write x \(sign)= 1.",
            fixes: isStatement ? [Fix("write '\(sign)= 1'", [Edit(span, " \(sign)= 1")])] : [])
    }

    static func foreignOperator(_ span: SourceSpan, _ written: String, python: String) -> Diagnostic {
        Diagnostic(
            .foreignOperator, "there is no operator '\(written)'", span, help: "Write '\(python)'.",
            fixes: [Fix("write '\(python)'", [Edit(span, python)])])
    }

    static func exclamation(_ span: SourceSpan) -> Diagnostic {
        Diagnostic(
            .exclamation, "'!' is no operator of its own", span, help: "Write 'not'.",
            fixes: [Fix("write 'not'", [Edit(span, "not ")])])
    }

    static func questionMark(_ span: SourceSpan) -> Diagnostic {
        Diagnostic(
            .questionMark, "'?' means nothing here", span,
            help: "A choice is written a if condition else b.")
    }

    static func elseIf(_ span: SourceSpan) -> Diagnostic {
        Diagnostic(
            .elseIf, "'else if' is one word", span, help: "Write 'elif'.",
            fixes: [Fix("write 'elif'", [Edit(span, "elif")])])
    }
}
