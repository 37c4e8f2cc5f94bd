extension DiagnosticCatalogue {
    static let names: [Entry] = [
        Entry(
            .unboundName, "A name that is bound nowhere",
            "The file never assigns, defines or imports it, and it is no built-in: using it could only fail. This is told before anything runs.",
            "value = 1\nprint(vlaue)\n", "value = 1\nprint(value)\n"),
        Entry(.foreignConstant, "null, nil, true, false", "They are written None, True and False.", "x = null\n", "x = None\n"),
        Entry(.returnOutsideFunction, "return outside a function", "There is nothing to return from.", "return 1\n", "def f():\n    return 1\n"),
        Entry(
            .yieldOutsideFunction, "yield outside a function", "yield makes the function around it a generator; here is none.",
            "yield 1\n", "def f():\n    yield 1\n"),
        Entry(.breakOutsideLoop, "break outside a loop", "It leaves the loop around it; here is none.", "break\n", "while True:\n    break\n"),
        Entry(
            .continueOutsideLoop, "continue outside a loop", "It goes on with the loop around it; here is none.",
            "if True:\n    continue\n", "for i in [1]:\n    continue\n"),
        Entry(.nonlocalAtModule, "nonlocal at the top of a file", "Names there belong to the file already.", "nonlocal x\n", "x = 1\n"),
        Entry(
            .nonlocalUnbound, "nonlocal without a function that binds the name", "nonlocal looks in the functions around, not in the file.",
            "x = 1\ndef f():\n    nonlocal x\n    x = 2\n", "x = 1\ndef f():\n    global x\n    x = 2\n"),
        Entry(
            .declaredParameter, "A parameter declared global or nonlocal", "A parameter belongs to its function.",
            "def f(x):\n    global x\n", "def f(y):\n    global x\n    x = y\n"),
        Entry(
            .usedBeforeDeclaration, "A name used before its declaration", "A declaration holds for the whole function, so it comes first.",
            "x = 1\ndef f():\n    print(x)\n    global x\n", "x = 1\ndef f():\n    global x\n    print(x)\n"),
        Entry(
            .nonlocalAndGlobal, "A name both nonlocal and global", "It can belong to one place only.",
            "x = 1\ndef f():\n    x = 2\n    def g():\n        global x\n        nonlocal x\n    return g, x\n",
            "x = 1\ndef f():\n    x = 2\n    def g():\n        nonlocal x\n        x = 3\n    return g, x\n"),
        Entry(
            .annotatedDeclared, "An annotated name declared global or nonlocal", "An annotation makes a name local.",
            "def f():\n    global x\n    x: int = 1\n", "def f():\n    global x\n    x = 1\n"),
        Entry(
            .walrusRebindsIteration, ":= on a comprehension's own variable", "The comprehension binds it anew at every turn.",
            "ys = [x := 0 for x in [1]]\n", "ys = [(y := 0) for x in [1]]\n"),
        Entry(
            .walrusInIterable, ":= in what a comprehension goes through", "Python leaves this out, for it is unclear when it would run.",
            "ys = [x for x in (xs := [1])]\n", "xs = [1]\nys = [x for x in xs]\n"),
        Entry(
            .walrusInClassComprehension, ":= in a comprehension of a class body",
            "The name would have to be bound in the class, which comprehensions do not see.",
            "class C:\n    ys = [(z := x) for x in [1]]\n", "class C:\n    ys = [x for x in [1]]\n"),
        Entry(
            .yieldInComprehension, "yield in a comprehension", "It would pause the comprehension, not the function around it.",
            "def f():\n    return [(yield x) for x in [1]]\n", "def f():\n    for x in [1]:\n        yield x\n"),
        Entry(
            .lateFutureImport, "A __future__ import that does not come first", "It would change the meaning of what stands above it.",
            "x = 1\nfrom __future__ import annotations\n", "from __future__ import annotations\nprint(annotations)\n"),
        Entry(
            .unknownFuture, "An unknown __future__ feature", "There is no feature of this name.",
            "from __future__ import braces\n", "x = 1\n"),
        Entry(
            .tooManyBlocks, "More than 20 blocks in one another", "Python's limit for loops, with and try inside one function.",
            (0...20).map { String(repeating: " ", count: $0) + "while True:\n" }.joined() + String(repeating: " ", count: 21) + "break\n",
            "while True:\n    break\n"),
        Entry(
            .programTooLarge, "A function or module of too many parts",
            "An instruction can address some 65,000 variables, constants or values; only programs written by programs reach that.", "", "x = 1\n"),
    ]

    static let refusals: [Entry] = [
        Entry(
            .async, "async", "The language has no event loop: a program runs in one thread from top to bottom.",
            "async def f():\n    return 1\n", "def f():\n    return 1\n"),
        Entry(.await, "await", "The language has no event loop.", "def f():\n    return 1\nx = await f()\n", "def f():\n    return 1\nx = f()\n"),
        Entry(.match, "match", "Planned.", "x = 1\nmatch x:\n    case 1:\n        print(x)\n", "x = 1\nif x == 1:\n    print(x)\n"),
        Entry(
            .multipleInheritance, "More than one base class", "The order in which several bases are searched is a study of its own.",
            "class A:\n    pass\nclass B:\n    pass\nclass C(A, B):\n    pass\n",
            "class A:\n    pass\nclass C(A):\n    pass\n"),
        Entry(
            .classKeyword, "Keyword arguments of a class", "A metaclass would change what a class is.",
            "class C(metaclass=type):\n    pass\n", "class C:\n    pass\n"),
        Entry(.slots, "__slots__", "Attributes are stored compactly anyway.", "class C:\n    __slots__ = ['x']\n", "class C:\n    pass\n"),
        Entry(
            .refusedMethod, "Methods that change how classes work",
            "__new__, __del__ and the descriptor methods are left out.",
            "class C:\n    def __del__(self):\n        print('gone')\n", "class C:\n    def close(self):\n        print('gone')\n"),
        Entry(
            .refusedBuiltin, "exec, eval, compile, globals, locals, __import__; complex, breakpoint, aiter, anext, __annotations__",
            "What a program does can be read from its text, and its names are resolved before it runs. The others belong to what is left out.",
            "x = eval('1 + 1')\n", "x = 1 + 1\n"),
        Entry(.starImport, "import *", "Every name must be seen to be bound.", "from math import *\n", "from math import sqrt\nprint(sqrt(2))\n"),
        Entry(
            .relativeImport, "Relative imports", "A file is found by its name, beside the importing one.",
            "from . import pages\n", "import pages\nprint(pages)\n"),
        Entry(.complexLiteral, "Complex numbers", "They are left out.", "z = 1 + 2j\n", "z = (1, 2)\n"),
        Entry(
            .exceptStar, "except*", "Exception groups are left out.",
            "try:\n    x = 1\nexcept* ValueError:\n    x = 2\n", "try:\n    x = 1\nexcept ValueError:\n    x = 2\n"),
        Entry(
            .unpackedBases, "A base class unpacked from a list", "The base must be seen in the text.",
            "bs = [int]\nclass C(*bs):\n    pass\n", "class C(int):\n    pass\n"),
        Entry(
            .refusedAttribute, "Attributes that show the machinery",
            "Code objects, frames, namespaces of modules, kept annotations, and the hooks of pickling, descriptors and metaclasses.",
            "def f():\n    pass\nprint(f.__code__)\n", "def f():\n    pass\nprint(f.__name__)\n"),
    ]

    static let warnings: [Entry] = [
        Entry(
            .mutableDefault, "A default that all calls share", "A default is made once, when the function is defined.",
            "def f(xs=[]):\n    return xs\n", "def f(xs=None):\n    return [] if xs is None else xs\n"),
        Entry(
            .loopVariableCapture, "A function that outlives a turn of its loop",
            "It looks the loop's variable up when it is called, and finds the last value.",
            "fs = []\nfor i in range(3):\n    fs.append(lambda: i)\n", "fs = []\nfor i in range(3):\n    fs.append(lambda i=i: i)\n"),
        Entry(
            .unusedName, "A name that is never used", "It may be left over, or misspelled where it should be used.",
            "def f():\n    x = 1\n    return 2\n", "def f():\n    x = 1\n    return x\n"),
        Entry(
            .literalIdentity, "is with a literal", "Whether two equal numbers or texts are one object is an accident.",
            "x = 1\nprint(x is 1)\n", "x = 1\nprint(x == 1)\n"),
    ]
}
