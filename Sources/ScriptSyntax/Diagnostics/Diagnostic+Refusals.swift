/// Texts about what the language leaves out of Python: each names the way to write it instead.
extension Diagnostic {
    static func async(_ span: SourceSpan) -> Diagnostic {
        Diagnostic(
            .async, "'async' is not in the language", span, notes: ["programs here run in one thread from top to bottom"],
            help: "Write a plain function, loop or 'with'; a generator can pause and go on.")
    }

    static func await(_ span: SourceSpan) -> Diagnostic {
        Diagnostic(.await, "'await' is not in the language", span, help: "Call the function and use its result.")
    }

    static func match(_ span: SourceSpan) -> Diagnostic {
        Diagnostic(
            .match, "'match' is not in the language yet", span, notes: ["it is planned"],
            help: "Write if and elif, or look the value up in a dict.")
    }

    static func multipleInheritance(_ span: SourceSpan, first: SourceSpan) -> Diagnostic {
        Diagnostic(
            .multipleInheritance, "a class can have one base only", span, secondary: [Label(first, "the base")],
            help: "Keep an object of the second class in an attribute, or share plain functions.")
    }

    static func unpackedBases(_ span: SourceSpan) -> Diagnostic {
        Diagnostic(.unpackedBases, "the base of a class cannot be unpacked from a list", span, help: "Name the base.")
    }

    static func classKeyword(_ keyword: KeywordNode) -> Diagnostic {
        let isMetaclass = keyword.name?.text == "metaclass"
        return Diagnostic(
            .classKeyword, isMetaclass ? "metaclasses are not in the language" : "a class takes no keyword arguments",
            keyword.span,
            help: isMetaclass ? "Use a class decorator, or a function that makes the class." : "Set an attribute in the class body.")
    }

    static func metaclass(_ span: SourceSpan) -> Diagnostic {
        Diagnostic(
            .classKeyword, "metaclasses are not in the language", span,
            help: "Use a class decorator, or a function that makes the class.")
    }

    static func slots(_ span: SourceSpan) -> Diagnostic {
        Diagnostic(
            .slots, "'__slots__' is not in the language", span,
            help: "Remove it; attributes are stored compactly anyway.")
    }

    static func refusedMethod(_ name: Identifier) -> Diagnostic? {
        let help: String
        switch name.text {
        case "__new__": help = "Use '__init__', or a class method that makes the object."
        case "__del__": help = "Use 'with' and '__exit__', or a 'close' method; nothing tells when an object goes."
        case "__get__", "__set__", "__delete__", "__set_name__": help = "Use '@property'."
        case "__class__": help = "Derive from the class that the objects shall be instances of."
        default: return nil
        }
        return Diagnostic(.refusedMethod, "'\(name.text)' is not in the language", name.span, help: help)
    }

    /// The refusal of a member of a class that type() makes; nil for every other member.
    package static func refusal(ofMember name: String) -> Diagnostic? {
        name == "__slots__" ? slots(SourceSpan.zero) : refusedMethod(Identifier(name, SourceSpan.zero))
    }

    /// The same for a running program.
    package static func refusal(ofBuiltin name: String) -> Diagnostic { refusedBuiltin(SourceSpan.zero, name) }

    static func refusedBuiltin(_ span: SourceSpan, _ name: String) -> Diagnostic {
        let help =
            switch name {
            case "__import__": "Use an import statement."
            case "globals", "locals": "Keep the values in a dict of your own."
            case "compile": "Define a function."
            case "complex": "Keep the real and the imaginary part in two floats."
            case "breakpoint": "Print what you want to see, or try the lines at the prompt."
            case "aiter", "anext": "Use iter and next."
            case "__annotations__": "Annotations are for readers and for help(); keep what the program needs in a dict."
            default: "Define a function, or keep functions in a dict and choose by name."
            }
        let isAboutText = ["exec", "eval", "compile", "globals", "locals", "__import__"].contains(name)
        return Diagnostic(
            .refusedBuiltin, "'\(name)' is not in the language", span,
            notes: isAboutText ? ["what a program does can be read from its text"] : [], help: help)
    }

    /// What CPython shows of its own machinery, and the hooks of what the language leaves out; nil for every other attribute.
    static func refusedAttribute(_ name: Identifier) -> Diagnostic? {
        let help: String
        switch name.text {
        case "__new__": help = "Call the class, or write a class method that makes the object."
        case "__get__", "__set__", "__delete__", "__set_name__": help = "Use '@property', or call the function with the object."
        case "__code__", "co_code", "gi_code", "tb_frame", "gi_frame", "f_locals", "f_globals", "f_back", "f_code":
            help = "Keep what you want to know in variables; help() shows the signature of a function."
        case "__basicsize__", "__itemsize__", "__dictoffset__", "__weakrefoffset__", "__weakref__", "__getformat__", "__setformat__",
            "__isabstractmethod__", "gi_yieldfrom":
            help = "Leave it out; no program needs to know how the language is built."
        case "__globals__", "__builtins__": help = "Keep the values in a dict of your own."
        case "__annotations__": help = "Annotations are for readers and for help(); keep what the program needs in a dict."
        case "__reduce__", "__reduce_ex__", "__getstate__", "__setstate__", "__getnewargs__", "__getnewargs_ex__":
            help = "Write __copy__ and __deepcopy__ for the copy module; use json for what goes to a file."
        case "__origin__", "__args__", "__parameters__": help = "Annotations are for readers and for help(); keep what the program needs in a dict."
        case "ucd_3_2_0": help = "unicodedata has one version of Unicode, 14.0."
        case "__objclass__", "__alloc__", "__text_signature__", "__slots__":
            help = "Use dir() and help() to see what an object has."
        case "__subclasshook__", "__instancecheck__", "__subclasscheck__", "__prepare__", "__mro_entries__", "__abstractmethods__":
            help = "Use isinstance with a plain base class."
        default: return nil
        }
        return Diagnostic(.refusedAttribute, "the attribute '\(name.text)' is not in the language", name.span, help: help)
    }

    /// The refusal of an attribute that a running program asks for by its name; nil for every other attribute.
    package static func refusal(ofAttribute name: String) -> Diagnostic? { refusedAttribute(Identifier(name, SourceSpan.zero)) }

    /// What to do about it, and where more is told.
    package var advice: String { (help + ["More: carpedm explain \(code)"]).joined(separator: " ") }

    static func moduleNamespace(_ name: Identifier, module: String) -> Diagnostic {
        Diagnostic(
            .refusedAttribute, "the attribute '__dict__' of a module is not in the language", name.span,
            help: "Use dir(\(module)), getattr(\(module), name) and setattr(\(module), name, value).")
    }

    static func starImport(_ span: SourceSpan, module: String) -> Diagnostic {
        Diagnostic(
            .starImport, "'import *' is not in the language", span, notes: ["every name must be seen to be bound"],
            help: "Name what you need, or write import \(module) and \(module).name.")
    }

    static func relativeImport(_ span: SourceSpan) -> Diagnostic {
        Diagnostic(
            .relativeImport, "relative imports are not in the language", span,
            help: "Write import name; a file next to this one is found by its name.")
    }

    static func exceptStar(_ span: SourceSpan) -> Diagnostic {
        Diagnostic(
            .exceptStar, "'except*' is not in the language", span, help: "Write except (A, B) as error:.")
    }
}
