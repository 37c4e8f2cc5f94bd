extension DiagnosticCatalogue {
    static let grammar: [Entry] = [
        Entry(
            .unexpectedToken, "Something that cannot stand here", "The message says what was expected instead.",
            "x = = 1\n", "x = 1\n"),
        Entry(
            .expectedColon, "A missing colon", "The line that begins a block ends with a colon.",
            "for i in range(3)\n    print(i)\n", "for i in range(3):\n    print(i)\n"),
        Entry(
            .expectedBlock, "A missing block", "A block has at least one statement, indented further than its header.",
            "if True:\nx = 1\n", "if True:\n    x = 1\n"),
        Entry(
            .unexpectedIndent, "An indented line without reason", "Only a colon at the end of the line above asks for indentation.",
            "x = 1\n    y = 2\n", "x = 1\ny = 2\n"),
        Entry(.missingComma, "A missing comma", "Two expressions stand side by side inside brackets.", "xs = [1 2]\n", "xs = [1, 2]\n"),
        Entry(
            .tryWithoutHandler, "A try without except or finally", "It says what to try and not what to do when that fails.",
            "try:\n    x = 1\ny = 2\n", "try:\n    x = 1\nexcept ValueError:\n    x = 2\ny = 2\n"),
        Entry(
            .orphanClause, "A clause without its statement", "else, elif, except and finally continue the statement right above them.",
            "x = 1\nelse:\n    x = 2\n", "if True:\n    x = 1\nelse:\n    x = 2\n"),
        Entry(
            .bareExceptNotLast, "A catch-all handler before others", "The handlers behind it could never run.",
            "try:\n    x = 1\nexcept:\n    x = 2\nexcept ValueError:\n    x = 3\n",
            "try:\n    x = 1\nexcept ValueError:\n    x = 3\nexcept:\n    x = 2\n"),
        Entry(
            .unparenthesizedTypes, "Exception types without parentheses", "Several types are a tuple.",
            "try:\n    x = 1\nexcept ValueError, TypeError:\n    x = 2\n",
            "try:\n    x = 1\nexcept (ValueError, TypeError):\n    x = 2\n"),
        Entry(
            .trailingImportComma, "A trailing comma in an import", "It may only stand inside parentheses.",
            "from os import path,\nprint(path)\n", "from os import path\nprint(path)\n"),
        Entry(
            .compoundOnOneLine, "Two headers on one line", "Behind a colon only simple statements may follow on the same line.",
            "if True: for i in [1]: print(i)\n", "if True:\n    for i in [1]: print(i)\n"),
        Entry(
            .misplacedStar, "A star that unpacks into nothing", "A starred expression unpacks into a call, a list, a tuple or a set.",
            "xs = [1]\nys = *xs\n", "xs = [1]\nys = *xs,\n"),
        Entry(
            .unpackingInComprehension, "Unpacking in a comprehension", "A comprehension makes one element at a time.",
            "xss = [[1]]\nys = [*xs for xs in xss]\n", "xss = [[1]]\nys = [x for xs in xss for x in xs]\n"),
        Entry(
            .unparenthesizedElement, "A comprehension's tuple without parentheses", "Without them the comma would end the first element of a list.",
            "xs = [1]\nys = [x, x for x in xs]\n", "xs = [1]\nys = [(x, x) for x in xs]\n"),
        Entry(
            .conditionalWithoutElse, "A conditional expression without else", "It must have a value in either case.",
            "x = 1 if True\n", "x = 1 if True else 2\n"),
        Entry(
            .notAfterOperator, "not behind an operator", "not binds more loosely than comparisons and arithmetic.",
            "x = True == not False\n", "x = True == (not False)\n"),
        Entry(
            .misspelledKeyword, "A misspelled clause", "A name and a colon stand where a clause would.",
            "if True:\n    x = 1\nesle:\n    x = 2\n", "if True:\n    x = 1\nelse:\n    x = 2\n"),
    ]

    static let calls: [Entry] = [
        Entry(
            .bareGenerator, "A generator expression without parentheses", "It may do without only as the one argument of a call.",
            "x = sum(i for i in [1], 2)\n", "x = sum((i for i in [1]), 2)\n"),
        Entry(
            .positionalAfterKeyword, "A positional argument behind a keyword argument", "Positional arguments come first.",
            "print(end='', 'a')\n", "print('a', end='')\n"),
        Entry(
            .starAfterDoubleStar, "* behind ** in a call", "Unpacked positional arguments come before unpacked keywords.",
            "a = []\nk = {}\nprint(**k, *a)\n", "a = []\nk = {}\nprint(*a, **k)\n"),
        Entry(
            .repeatedKeyword, "A keyword argument given twice", "Each parameter can have one value.",
            "print('a', end='', end='')\n", "print('a', end='')\n"),
        Entry(
            .keywordIsNotName, "A keyword argument whose name is no name", "In front of = stands a plain name; == compares.",
            "print(1 = 2)\n", "print(1 == 2)\n"),
        Entry(
            .requiredAfterDefault, "A parameter without default behind one with default", "Arguments fill the parameters from the left.",
            "def f(a=1, b):\n    return a + b\n", "def f(b, a=1):\n    return a + b\n"),
        Entry(
            .misplacedMarker, "A parameter marker out of place", "The order is: positional-only, /, plain, * or *args, keyword-only, **kwargs.",
            "def f(*, /, a):\n    return a\n", "def f(a, /):\n    return a\n"),
        Entry(
            .duplicateParameter, "Two parameters of one name", "Each needs a name of its own.",
            "def f(a, a):\n    return a\n", "def f(a, b):\n    return a + b\n"),
        Entry(
            .defaultOnVariadic, "A default for *args or **kwargs", "They are empty when nothing is given.",
            "def f(*args=()):\n    return args\n", "def f(*args):\n    return args\n"),
    ]

    static let targets: [Entry] = [
        Entry(
            .cannotAssign, "An assignment to something that cannot hold a value", "Names, attributes, items, and lists and tuples of these can.",
            "f() = 1\n", "f = 1\n"),
        Entry(
            .assignmentInCondition, "= in a condition", "= assigns and is a statement; == compares.",
            "x = 1\nif x = 2:\n    print(x)\n", "x = 1\nif x == 2:\n    print(x)\n"),
        Entry(
            .cannotDelete, "A deletion of something that has no place", "Names, attributes and items can be deleted.",
            "x = 1\ndel x + 1\n", "x = 1\ndel x\n"),
        Entry(
            .cannotAugment, "An augmented assignment to several targets", "Its left side is a single name, attribute or item.",
            "a, b = 1, 2\na, b += 1\n", "a, b = 1, 2\na += 1\n"),
        Entry(
            .cannotAnnotate, "An annotation of something else than a target", "One name, attribute or item can be annotated.",
            "a, b: int\n", "a: int = 1\n"),
        Entry(
            .multipleStars, "Two stars in one assignment", "It would not be clear where the first ends.",
            "*a, *b = [1, 2]\n", "a, *b = [1, 2]\n"),
        Entry(
            .loneStarTarget, "A starred target alone", "A star takes what the other targets leave; it stands in a list or tuple.",
            "*a = [1, 2]\n", "*a, = [1, 2]\n"),
        Entry(
            .walrusTarget, ":= with something else than a name", "It binds a plain name.",
            "xs = [1]\nif (xs[0] := 2):\n    print(xs)\n", "xs = [1]\nxs[0] = 2\nif xs[0]:\n    print(xs)\n"),
        Entry(.walrusStatement, ":= as a statement", "A statement assigns with =.", "x := 1\n", "x = 1\n"),
        Entry(.assignToDebug, "An assignment to __debug__", "Its value is fixed.", "__debug__ = False\n", "debug = False\n"),
    ]

    static let foreign: [Entry] = [
        Entry(.printStatement, "print as a statement", "print is a function.", "print 'かな'\n", "print('かな')\n"),
        Entry(.stepOperator, "++ and --", "Numbers do not change; a name is bound to another one.", "x = 1\nx++\n", "x = 1\nx += 1\n"),
        Entry(
            .foreignOperator, "An operator of another language", "&&, || and <> are written and, or and !=.",
            "a = b = True\nc = a && b\n", "a = b = True\nc = a and b\n"),
        Entry(.exclamation, "! for not", "The operator is a word.", "a = True\nb = !a\n", "a = True\nb = not a\n"),
        Entry(
            .elseIf, "else if", "It is one word, so that the block below is indented once.",
            "x = 1\nif x:\n    x = 2\nelse if x == 3:\n    x = 4\n", "x = 1\nif x:\n    x = 2\nelif x == 3:\n    x = 4\n"),
        Entry(
            .questionMark, "? as an operator", "A choice between two values is written with if and else.",
            "a = True\nx = a ? 1 : 2\n", "a = True\nx = 1 if a else 2\n"),
    ]
}
