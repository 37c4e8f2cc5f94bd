import Testing

/// What tensors do in scripts beyond numbers: text, mistakes, gradients, draws and files.
@Suite struct TensorScriptTests {
    @Test(arguments: [
        ("t", "tensor([[0., 1., 2.],\n        [3., 4., 5.]], shape=(2, 3), dtype=float32)"),
        ("t[0, 1]", "1.0"), ("T.tensor(1234567.0), T.tensor(999999.0)", "1.234567e+06 999999.0"), ("T.tensor(0.0001)", "1e-04"),
        ("T.tensor(1234567.0, dtype='float64')", "1234567.0"), ("T.tensor(True)", "True"), ("f'{t.sum():.2f}'", "15.00"),
        ("f'{t[0]}'", "tensor([0., 1., 2.], shape=(3,), dtype=float32)"),
        ("repr(t.sum())", "tensor(15., shape=(), dtype=float32)"), ("[t[0, 1]]", "[tensor(1., shape=(), dtype=float32)]"),
        ("type(t).__name__", "Tensor"), ("isinstance(t, T.Tensor)", "True"), ("t.dtype", "float32"), ("t.shape", "(2, 3)"),
        ("T.arange(1001)", "tensor([   0,    1,    2, ...,  998,  999, 1000], shape=(1001,), dtype=int64)"),
        ("T.random.key(3) == T.random.key(3)", "True"), ("T.random.key(3) == T.random.key(4)", "False"),
        ("T.random.normal(1, (2,)).tolist() == T.random.normal(T.random.key(1), (2,)).tolist()", "True"),
        ("T.random.integers(5, 2, 4, (100,)).min()", "2"), ("T.random.integers(5, 2, 4, (100,)).max()", "3"),
        ("sorted(T.random.permutation(2, 5).tolist())", "[0, 1, 2, 3, 4]"),
        ("T.random.uniform(1, (50,), low=-1).min() < 0", "True"), ("dm.tensor.zeros((2,)).tolist()", "[0.0, 0.0]"),
    ])
    func textsAreNumPys(code: String, expected: String) throws {
        let run = try ScriptRun(Self.start + "print(\(code))")
        #expect(run.error == "")
        #expect(run.output == expected + "\n")
    }

    @Test(arguments: [
        ("t + T.zeros((4,))", "ValueError", "+: shapes (2, 3) and (4,) do not fit (axis -1: 3 and 4)"),
        ("t @ t", "ValueError", "matmul: shapes (2, 3) and (2, 3) do not fit"),
        ("t.sum(axis=2)", "ValueError", "sum: there is no axis 2 in shape (2, 3)"),
        ("t[5]", "IndexError", "index 5 is out of range for axis 0 of shape (2, 3)"),
        ("t[0, 0, 0]", "IndexError", "3 indices for a tensor of shape (2, 3)"),
        ("t[1.5]", "IndexError", "a tensor cannot be indexed with float"),
        ("t['a']", "IndexError", "a tensor cannot be indexed with str"),
        ("t[t]", "IndexError", "a float32 tensor is no index"),
        ("t.reshape(4)", "ValueError", "reshape: 6 elements cannot have shape (4,)"),
        ("T.concat([t, t[0]])", "ValueError", "concat"),
        ("T.concat([])", "ValueError", "concat: no tensors to join"),
        ("T.tensor([[1, 2], [3]])", "ValueError", "one list has 1 items where another has 2 (depth 1)"),
        ("T.tensor(['a'])", "TypeError", "tensor must hold numbers, not str"),
        ("T.tensor([10 ** 30])", "OverflowError", "too large for int64"),
        ("T.tensor([1], dtype='float16')", "TypeError", "there is no dtype 'float16'"),
        ("T.zeros((10 ** 6, 10 ** 6))", "MemoryError", "zeros: needs"),
        ("T.zeros((2 ** 62, 8))", "ValueError", "too many elements"),
        ("T.zeros((-1,))", "ValueError", "zeros: negative size in shape (-1,)"),
        ("T.array([256], dtype='uint8')", "OverflowError", "the int 256 does not fit uint8"),
        ("t @ t", "ValueError", "axis -1: 3, axis -2: 2"),
        ("T.tensor([1, 2]) // 0", "ZeroDivisionError", "integer division by zero"),
        ("T.tensor([1, 2]) & 1.5", "TypeError", "needs bool or int64"),
        ("T.tensor([200], dtype='uint8') + 300", "ValueError", "a number that fits uint8"),
        ("t + 'a'", "TypeError", "unsupported operand type(s) for +: 'Tensor' and 'str'"),
        ("t + None", "TypeError", "unsupported operand type(s) for +: 'Tensor' and 'NoneType'"),
        ("t.item()", "ValueError", "needs one element"), ("float(t)", "ValueError", "needs one element"),
        ("[1, 2][t[0]]", "TypeError", "only an integer tensor of one element can be an index"),
        ("f'{t:.2f}'", "TypeError", "has no format '.2f'"), ("{t: 1}", "TypeError", "unhashable type: 'Tensor'"),
        ("len(t[0, 0])", "TypeError", "len() of a scalar tensor"),
        ("list(t[0, 0])", "TypeError", "iteration over a scalar tensor"),
        ("t.smu()", "AttributeError", "Did you mean 'sum'?"), ("T.sotfmax(t)", "AttributeError", "Did you mean 'softmax'?"),
        ("T.sum(t, axes=0)", "TypeError", "Did you mean 'axis'?"),
        ("T.exp(None)", "TypeError", "exp: argument 1 must be a tensor, not NoneType"),
        ("T.arange(0, 10, 0)", "ValueError", "step"), ("T.one_hot(t, 3)", "TypeError", "one_hot"),
        ("T.topk(t, 9)", "ValueError", "topk"),
        ("T.einsum('ij,jk', t, t)", "ValueError", "einsum"), ("T.load('/no/such.npy')", "FileNotFoundError", "/no/such.npy"),
        ("t.at[0].min(T.zeros((5,)))", "ValueError", "do not fit"),
        ("t.at[0].set(T.zeros((3,), dtype='float64'))", "TypeError", "float64"),
        ("t.at[[0, 0]].mul(2.0)", "ValueError", "every position once"), ("T.random.key('a')", "TypeError", "str"),
        ("T.random.normal(0.5)", "TypeError", "key must be a Key or an int, not float"),
    ])
    func mistakesAreExplainedOnTheirLine(code: String, kind: String, part: String) throws {
        let run = try ScriptRun(Self.start + "x = 1\n" + code)
        #expect(run.exitCode == 1)
        #expect(run.error.contains("error[\(kind)]"), "\(run.error)")
        #expect(run.error.contains(part), "\(run.error)")
        #expect(run.error.contains("test.cdm:5:"), "\(run.error)")
    }

    @Test(arguments: [
        ("t[0, 1:] = 3", "TypeError", "x = x.at[0, 1:].set(value)"), ("t[...] += 1", "TypeError", "x = x.at[...].set(value)"),
        ("t.at[0] = 3", "TypeError", "x = x.at[0].set(value)"), ("del t[0]", "TypeError", "concat"),
        ("if t:\n    pass", "ValueError", "t.any()"), ("if 0 < t < 1:\n    pass", "ValueError", "(0 < t) & (t < 1)"),
        ("t > 0 and t < 3", "ValueError", "'and', 'or', 'not' as &, |, ~"), ("t.shape = (3, 2)", "AttributeError", "no setter"),
    ])
    func hintsSayWhatToWrite(code: String, kind: String, hint: String) throws {
        let run = try ScriptRun(Self.start + code)
        #expect(run.error.contains("error[\(kind)]"), "\(run.error)")
        #expect(run.error.contains(hint), "\(run.error)")
    }

    @Test func assignmentByOperatorBindsANewTensor() throws {
        #expect(try ScriptRun(Self.start + "u = t\nt += 1\nprint(u[0, 0], t[0, 0], u is t)").output == "0.0 1.0 False\n")
    }

    @Test func everyFunctionIsDocumented() throws {
        let run = try ScriptRun(
            """
            from carpedm import tensor as T
            names = [n for n in dir(T) if callable(getattr(T, n)) and n != "Tensor"] + ["random." + n for n in dir(T.random) if n[0] != "_"]
            def find(name):
                value = T
                for part in name.split("."):
                    value = getattr(value, part)
                return value
            print([n for n in names if n[0] != "_" and not find(n).__doc__], len(names) > 110)
            print([n for n in dir(T.Tensor) if n[0] != "_" and not getattr(T.Tensor, n).__doc__])
            """)
        #expect(run.error == "")
        #expect(run.output == "[] True\n[]\n")
    }

    @Test func filesGoThroughNumPysFormats() throws {
        let run = try ScriptRun(
            Self.start + """
                import os
                path = "/tmp/carpedm-tensor-" + str(os.getpid()) if hasattr(os, "getpid") else "/tmp/carpedm-tensor"
                T.save(path + ".npy", t)
                T.save(path + ".npz", {"a": t, "b": t > 2})
                back = T.load(path + ".npz")
                print(T.array_equal(T.load(path + ".npy"), t), sorted(back), back["b"].dtype, T.array_equal(back["a"], t))
                os.remove(path + ".npy")
                os.remove(path + ".npz")
                """)
        #expect(run.error == "")
        #expect(run.output == "True ['a', 'b'] bool True\n")
    }

    static let start = """
        import carpedm as dm
        from carpedm import tensor as T
        t = T.arange(6, dtype="float32").reshape(2, 3)

        """
}
