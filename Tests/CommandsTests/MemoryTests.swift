#if os(Linux)
    import Foundation
    import Testing

    /// Scripts that fill the memory that the system gives a process: each gets a `MemoryError`, none ends the process.
    @Suite struct MemoryTests {
        private func run(_ script: String) throws -> Program {
            let program = try #require(Program.path)
            let arguments = ["-c", "ulimit -v 400000 && exec \"$0\" run -c \"$1\"", program.path, script]
            return try Program(arguments, at: URL(fileURLWithPath: "/bin/sh"))
        }

        @Test(arguments: [
            "x = []\nwhile True: x.append(1)", "x = [i for i in range(10**9)]", "x = list(range(10**9))", "x = [0] * 10**8",
            "x = {i: [i] for i in range(10**9)}", "x = set(range(10**9))", "x = 'ab'\nwhile True: x += x", "x = bytearray(10**9)",
            "x = bytearray(b'ab')\nwhile True: x *= 2", "from collections import deque\nx = deque()\nwhile True: x.append('a' + str(len(x)))",
            "x = []\nwhile True: x.append({1, 2})", "x = None\nwhile True: x = (x, x, [x])", "x = 1 << 10**10",
            "class A:\n    pass\nx = None\nwhile True:\n    a = A()\n    a.b, a.c = x, [1]\n    x = a",
            "def f(n):\n    yield n\nx = []\nwhile True: x.append(f(1))", "f = None\nwhile True: f = (lambda g: lambda: g)(f)",
            "x = None\nwhile True:\n    try: raise ValueError(x)\n    except ValueError as e: x = e",
            "import json\njson.loads('[' + '1,' * 10**7 + '1]')", "import json\njson.dumps(['abc'] * 10**8)",
            "import re\nre.sub('a', 'bbbbbbbbbb', 'a' * 10**8)", "x = ('abc ' * 10**7).split()", "x = ','.join(str(i) for i in range(10**9))",
            "x = sorted(range(10**7), key=str)", "x = repr([['a'] * 1000] * 10**6)", "import itertools\nlist(itertools.product('ab', repeat=40))",
        ])
        func endsInMemoryError(script: String) throws {
            let run = try run(script)
            #expect(run.exitCode == 1)
            #expect(run.error.contains("MemoryError"), "\(run.error)")
        }

        @Test func goesOnAfterwards() throws {
            let run = try run(
                """
                x = []
                try:
                    while True: x.append(str(len(x)))
                except MemoryError:
                    x = None
                print(len([[i] for i in range(100000)]))
                try:
                    'x' * 10**9
                except MemoryError: print('again')
                """)
            #expect(run.output == "100000\nagain\n", "\(run.error)")
            #expect(run.exitCode == 0)
        }
    }
#endif
