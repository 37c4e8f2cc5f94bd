/// Texts about names and about statements in the wrong place.
extension Diagnostic {
    static func unboundName(_ span: SourceSpan, _ name: String, nearest: String?) -> Diagnostic {
        Diagnostic(
            .unboundName, "the name '\(name)' is not bound anywhere", span,
            help: nearest.map { "Did you mean '\($0)'?" } ?? "Assign to it, define it or import it first.",
            fixes: nearest.map { [Fix("write '\($0)'", [Edit(span, $0)], isGuess: true)] } ?? [])
    }

    static func classMember(_ span: SourceSpan, _ name: String, owner: String) -> Diagnostic {
        Diagnostic(
            .unboundName, "the name '\(name)' is not bound here; it is a member of the class '\(owner)'", span,
            help: "Write self.\(name) or \(owner).\(name).")
    }

    static func unimportedModule(_ span: SourceSpan, _ name: String) -> Diagnostic {
        Diagnostic(
            .unboundName, "the name '\(name)' is not bound anywhere", span,
            help: "Write 'import \(name)' at the top of the file.")
    }

    static func foreignConstant(_ span: SourceSpan, _ name: String, meant: String) -> Diagnostic {
        Diagnostic(
            .foreignConstant, "the name '\(name)' is not bound anywhere", span, help: "Here it is written \(meant).",
            fixes: [Fix("write '\(meant)'", [Edit(span, meant)])])
    }

    static func returnOutsideFunction(_ span: SourceSpan) -> Diagnostic {
        Diagnostic(
            .returnOutsideFunction, "'return' outside a function", span,
            help: "Indent it into the function, or use sys.exit(...) to end the program.")
    }

    static func yieldOutsideFunction(_ span: SourceSpan) -> Diagnostic {
        Diagnostic(
            .yieldOutsideFunction, "'yield' outside a function", span,
            help: "Put it into a function: calling that gives a generator.")
    }

    static func yieldInComprehension(_ span: SourceSpan) -> Diagnostic {
        Diagnostic(
            .yieldInComprehension, "'yield' inside a comprehension", span, help: "Write a loop in a function instead.")
    }

    static func breakOutsideLoop(_ span: SourceSpan) -> Diagnostic {
        Diagnostic(
            .breakOutsideLoop, "'break' outside a loop", span, help: "Use 'return' to leave a function.")
    }

    static func continueOutsideLoop(_ span: SourceSpan) -> Diagnostic {
        Diagnostic(
            .continueOutsideLoop, "'continue' outside a loop", span,
            help: "It goes on with the next turn of the loop that holds it; there is none here.")
    }

    static func nonlocalAtModule(_ span: SourceSpan) -> Diagnostic {
        Diagnostic(
            .nonlocalAtModule, "'nonlocal' outside a function", span,
            help: "Remove it: names at the top of a file belong to the file.")
    }

    static func nonlocalUnbound(_ span: SourceSpan, _ name: String) -> Diagnostic {
        Diagnostic(
            .nonlocalUnbound, "no function around this one binds '\(name)'", span,
            help: "Write 'global \(name)' for a name of the file, or assign to it in the function around.")
    }

    static func declaredParameter(_ name: Identifier, _ keyword: String, _ parameter: SourceSpan) -> Diagnostic {
        Diagnostic(
            .declaredParameter, "'\(name.text)' is a parameter and cannot be \(keyword)", name.span,
            secondary: [Label(parameter, "the parameter")], help: "Rename the parameter.")
    }

    static func usedBeforeDeclaration(_ name: Identifier, _ keyword: String, _ use: SourceSpan) -> Diagnostic {
        Diagnostic(
            .usedBeforeDeclaration, "'\(name.text)' is used before it is declared \(keyword)", name.span,
            secondary: [Label(use, "used here")], help: "Move the declaration to the top of the function.")
    }

    static func annotatedDeclared(_ name: Identifier, _ keyword: String, _ span: SourceSpan) -> Diagnostic {
        Diagnostic(
            .annotatedDeclared, "the annotated name '\(name.text)' cannot be \(keyword)", name.span,
            secondary: span == name.span ? [] : [Label(span)], help: "Annotate it where it belongs to.")
    }

    static func nonlocalAndGlobal(_ name: Identifier) -> Diagnostic {
        Diagnostic(
            .nonlocalAndGlobal, "'\(name.text)' is declared both nonlocal and global", name.span,
            help: "Keep one of the two declarations.")
    }

    static func walrusRebindsIteration(_ span: SourceSpan, _ name: String) -> Diagnostic {
        Diagnostic(
            .walrusRebindsIteration, "':=' cannot rebind '\(name)', the comprehension's own variable", span,
            help: "Choose another name.")
    }

    static func walrusInIterable(_ span: SourceSpan) -> Diagnostic {
        Diagnostic(
            .walrusInIterable, "':=' cannot stand in what a comprehension goes through", span,
            help: "Assign before the comprehension.")
    }

    static func walrusInClassComprehension(_ span: SourceSpan) -> Diagnostic {
        Diagnostic(
            .walrusInClassComprehension, "':=' cannot stand in a comprehension of a class body", span,
            help: "Use a loop, or move the comprehension into a function.")
    }

    static func lateFutureImport(_ span: SourceSpan) -> Diagnostic {
        Diagnostic(
            .lateFutureImport, "a __future__ import must come first", span, help: "Move it to the top of the file.")
    }

    static func unknownFuture(_ name: Identifier) -> Diagnostic {
        Diagnostic(
            .unknownFuture, "there is no future feature '\(name.text)'", name.span, help: "Remove it.")
    }

    /// A feature that Python has, and that is a joke.
    static func refusedFuture(_ name: Identifier) -> Diagnostic {
        Diagnostic(.refusedBuiltin, "the future feature '\(name.text)' is not in the language", name.span, help: "Remove it, and write '!='.")
    }

    /// A program with more of something than its instructions can count.
    public static func programTooLarge(_ span: SourceSpan, what: String) -> Diagnostic {
        Diagnostic(
            .programTooLarge, "too many \(what) in one function or module", span,
            help: "Split it into several functions or files.")
    }

    static func tooManyBlocks(_ span: SourceSpan) -> Diagnostic {
        Diagnostic(
            .tooManyBlocks, "too many statically nested blocks", span, notes: ["20 loops, 'with' and 'try' may stand in one another"],
            help: "Move the inner ones to a function.")
    }
}
