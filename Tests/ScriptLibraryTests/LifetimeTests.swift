import ScriptLibrary
import ScriptRuntime
import ScriptSyntax
import Testing

/// A session that ends leaves nothing behind, whatever it ran: embedders make thousands of them.
@Suite struct LifetimeTests {
    @Test(arguments: [
        "",
        """
        class Node(list):
            def walk(self):
                yield self
                yield from self
        node = Node()
        node.append(node)
        node.walker = node.walk()
        next(node.walker)
        text = f'{1:>4}'.split() + [b'a'.decode(), str(range(3)), len({1: 2}), 2 in {1}, (1).__add__(2), [1].__len__()]
        try:
            1 / 0
        except ZeroDivisionError as error:
            kept = error
        """,
        """
        @functools.total_ordering
        class Place(collections.namedtuple('Place', 'x y')):
            def __lt__(self, other): return self.x < other.x
        places = sorted([Place(2, 1), Place(1, 2)])
        places[0].__class__.all = places
        table = collections.defaultdict(list, {Place: places})
        table['table'] = table
        chained = itertools.chain.from_iterable([places, map(str, places)])
        next(chained)
        cached = functools.lru_cache(len)
        partial = functools.partial(print, cached)
        found = re.sub('a', lambda match: match[0], json.dumps({'a': [1.5, None]}))
        sys.stdout.write(random.choice('a'))
        sys.stdout = open
        """,
    ])
    func nothingOutlivesTheSession(script: String) throws {
        let modules = [
            "math", "json", "random", "string", "unicodedata", "itertools", "functools", "collections", "re", "time", "os", "os.path", "sys",
            "operator", "bisect", "heapq", "copy",
        ]
        let names = [
            "object", "type", "int", "str", "list", "dict", "set", "frozenset", "tuple", "bytes", "bytearray", "float", "bool", "range", "slice",
            "property", "map", "enumerate", "ValueError", "StopIteration",
        ]
        let listed = """
            objects = [\(names.joined(separator: ", ")), type(None), type(len), type([].append), type(iter([]))]
            for module in [\(modules.joined(separator: ", "))]:
                objects.append(module)
                objects += [value for value in vars(module).values() if isinstance(value, type)]
            """
        var kept: [Kept] = []
        do {
            let interpreter = Interpreter()
            ScriptLibrary.install(in: interpreter, options: LibraryOptions(capabilities: .all))
            interpreter.output = { _ in }
            let imports = "import \(modules.joined(separator: ", "))\n"
            try interpreter.execute(SourceText(name: "t.cdm", text: imports + script + "\n" + listed))
            let objects = try #require(interpreter.main["objects"])
            guard case .list(let list) = objects else { throw Raised(.typeError, "no list") }
            for index in 0..<list.count {
                switch list[index] {
                case .type(let type): kept.append(Kept(name: type.name, object: type))
                case .module(let module): kept.append(Kept(name: "module " + module.name, object: module))
                default: break
                }
            }
        }
        #expect(kept.count > 60)
        #expect(kept.filter { $0.object != nil }.map(\.name) == [])
    }

    private struct Kept {
        let name: String
        weak var object: AnyObject?
    }
}
