extension Interpreter {
    func invoke(
        _ function: FunctionObject, _ arguments: [Value], _ keywords: [(name: Symbol, value: Value)]
    ) throws(Raised) -> Value {
        throw Raised(.systemError, "the machine is not built yet")
    }

    func resume(_ generator: GeneratorObject, sending value: Value) throws(Raised) -> Value? {
        throw Raised(.systemError, "the machine is not built yet")
    }

    func resume(_ generator: GeneratorObject, throwing raised: Raised) throws(Raised) -> Value? {
        throw Raised(.systemError, "the machine is not built yet")
    }

    func close(_ generator: GeneratorObject) throws(Raised) {}
    func takeCensus() throws(Raised) {}
    func track(_ instance: InstanceObject) {}
}
