import Testing

/// `dm.grad` and `dm.value_and_grad`.
@Suite struct GradientScriptTests {
    @Test(arguments: [
        // x², 3x², sums by hand.
        ("dm.grad(lambda x: (x ** 2).sum())(t).tolist()", "[[0.0, 2.0, 4.0], [6.0, 8.0, 10.0]]"),
        ("dm.grad(lambda x: x ** 3)(2.0).item()", "12.0"), ("dm.grad(dm.grad(lambda x: x ** 3))(2.0).item()", "12.0"),
        (
            "dm.value_and_grad(lambda x: (x * x).sum())(T.tensor([3.0]))",
            "(tensor(9., shape=(), dtype=float32), tensor([6.], shape=(1,), dtype=float32))"
        ),
        (
            "[g.tolist() for g in dm.grad(lambda a, b: (a * b).sum(), argnums=(0, 1))(T.tensor([2.0]), T.tensor([5.0]))]",
            "[[5.0], [2.0]]"
        ),
        ("dm.grad(lambda a, b: (a * b).sum(), argnums=-1)(T.tensor([2.0]), T.tensor([5.0])).tolist()", "[2.0]"),
        (
            "dm.grad(lambda p: (p['w'] * p['b'][0]).sum())({'w': T.tensor([2.0]), 'b': [T.tensor([5.0])]})",
            "{'w': tensor([5.], shape=(1,), dtype=float32), 'b': [tensor([2.], shape=(1,), dtype=float32)]}"
        ),
        // What the result does not depend on, constants, and steps without a slope.
        ("dm.grad(lambda a: T.tensor(1.0))(T.ones((2,))).tolist()", "[0.0, 0.0]"),
        ("dm.grad(lambda a: 3.0)(T.ones((2,))).tolist()", "[0.0, 0.0]"),
        ("dm.grad(lambda a: (T.stop_gradient(a) * a).sum())(T.tensor([4.0])).tolist()", "[4.0]"),
        ("dm.grad(lambda a: T.floor(a).sum())(T.tensor([4.5])).tolist()", "[0.0]"),
        ("dm.grad(lambda a: a.at[0].set(0.0).sum())(T.ones((3,))).tolist()", "[0.0, 1.0, 1.0]"),
        ("dm.grad(lambda a: a[[0, 0, 1]].sum())(T.ones((3,))).tolist()", "[2.0, 1.0, 0.0]"),
        ("dm.grad(lambda x, k: (x * k).sum())(T.ones((1,)), k=3.0).tolist()", "[3.0]"),
        (
            "dm.grad(lambda a: ((a * a).sum(), 'extra'), has_aux=True)(T.tensor([4.0]))",
            "(tensor([8.], shape=(1,), dtype=float32), 'extra')"
        ),
        (
            "dm.value_and_grad(lambda a: (a.sum(), 7), has_aux=True)(T.tensor([4.0]))",
            "((tensor(4., shape=(), dtype=float32), 7), tensor([1.], shape=(1,), dtype=float32))"
        ),
    ])
    func gradientsAreRight(code: String, expected: String) throws {
        let run = try ScriptRun(TensorScriptTests.start + "print(\(code))")
        #expect(run.error == "")
        #expect(run.output == expected + "\n")
    }

    @Test(arguments: [
        ("dm.grad(lambda x: x * 2)(t)", "TypeError", "it returned shape (2, 3)"),
        ("dm.grad(lambda x: 'a')(t)", "TypeError", "must be a tensor, not str"),
        ("dm.grad(lambda x: x.sum())(T.tensor([1, 2]))", "TypeError", "argument 0 is int64, which has no gradient"),
        ("dm.grad(lambda x: x)(3)", "TypeError", "argument 0 must hold float tensors, not int"),
        ("dm.grad(lambda x: x.sum(), argnums=1)(t)", "TypeError", "there is no argument 1"),
        ("dm.grad(3)", "TypeError", "f must be a function"),
        ("dm.grad(lambda x: x, argnums=1.5)", "TypeError", "grad: 'float' object"),
        ("list(T.zeros((2**40, 0)))", "MemoryError", "iteration: needs"),
        ("dm.metrics.ser(T.zeros((2**40, 0)), T.zeros((2**40, 0)))", "MemoryError", "ser: "),
        ("t[T.tensor(True)]", "IndexError", "a bool scalar is no index of a tensor"),
        ("dm.grad(lambda x: x.argmax())(t)", "TypeError", "returned int64"),
        ("dm.grad(lambda x: x.sum(), argnums=())", "ValueError", "argnums"),
        ("dm.grad(lambda x: x.sum())({})", "TypeError", "no float tensors"),
        ("dm.grad(lambda x: 1 // 0)(t)", "ZeroDivisionError", "lambda"),
    ])
    func mistakesAreExplained(code: String, kind: String, part: String) throws {
        let run = try ScriptRun(TensorScriptTests.start + code)
        #expect(run.error.contains("error[\(kind)]"), "\(run.error)")
        #expect(run.error.contains(part), "\(run.error)")
    }

    /// A tensor that left the function is a constant afterwards, and the same function may be used again.
    @Test func secondUseGivesTheSame() throws {
        let run = try ScriptRun(
            TensorScriptTests.start + """
                kept = []
                def f(x):
                    kept.append(x * 2)
                    return (x * x).sum()
                g = dm.grad(f)
                print(g(t).tolist() == g(t).tolist(), (kept[0] + 1).tolist()[0], dm.grad(lambda x: (x + kept[0]).sum())(t).tolist()[0])
                """)
        #expect(run.error == "")
        #expect(run.output == "True [1.0, 3.0, 5.0] [1.0, 1.0, 1.0]\n")
    }
}
