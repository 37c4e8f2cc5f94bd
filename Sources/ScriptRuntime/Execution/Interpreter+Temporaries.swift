/// What finished expressions left in the registers.
extension Interpreter {
    /// The host objects that nothing but a temporary register refers to. Almost always the value was needed no longer; it
    /// stands there until the register is used again.
    package func temporaries() -> [any HostObject] {
        var found: [any HostObject] = []
        var index = 1
        while index <= depth {
            let frame = frames[index]
            let code = frame.code.takeUnretainedValue()
            var end = frame.registers + code.registerCount
            if index < depth, frames[index + 1].registers >= frame.registers, frames[index + 1].registers < end {
                end = frames[index + 1].registers
            }
            var register = frame.registers + Swift.min(code.variables.count, code.registerCount)
            while register < end {
                // The address of an object, whose count is looked at before a copy of the value counts too.
                if register.tag == Tag.host, Reference.isUnique(register.address), case .host(let box) = register.pointee {
                    found.append(box.object)
                }
                register += 1
            }
            index += 1
        }
        return found
    }
}
