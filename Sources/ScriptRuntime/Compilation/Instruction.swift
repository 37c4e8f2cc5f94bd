/// What one instruction does. `R[x]` is a register of the frame, `K[x]` a constant.
///
/// A word is 64 bits: the operation in bits 0-7, A in 8-23, B in 24-39, C in 40-55, D in 56-63. Jumps keep their
/// absolute target in `Bx` (bits 24-55), fused ones in `T` (bits 40-61) with two flag bits above.
package enum Operation: UInt8, CaseIterable {
    case nop
    /// R[A] = R[B]
    case move
    /// R[A] = K[Bx]
    case constant
    /// Raises when R[A] is unbound.
    case checkLocal
    case deleteLocal
    /// R[A...]: B registers are unbound.
    case unbind
    /// R[A] = global in slot B, else built-in in slot C
    case loadGlobal
    /// global slot B = R[A]
    case storeGlobal
    /// The same, and R[A], which nobody reads again, holds nothing: what is deleted or rebound then dies at once.
    case takeGlobal
    case deleteGlobal
    /// R[A] = a cell that holds R[A]
    case makeCell
    /// R[A] = contents of the cell R[B]
    case loadCell
    /// contents of the cell R[A] = R[B]
    case storeCell
    case deleteCell
    /// R[A] = contents of closure cell B
    case loadFree
    case storeFree
    case deleteFree

    // R[A] = B op C. D: bit 0: C is a constant, bit 1: B is a constant, bit 2: in place, bit 3: B dies. In the order of BinaryOperation.
    case add, subtract, multiply, matrixMultiply, trueDivide, floorDivide, modulo, power
    case leftShift, rightShift, and, or, xor
    // R[A] = op R[B]
    case negative, positive, invert, not
    // R[A] = B op C with constants as above. In the order of ComparisonOperation.
    case less, lessOrEqual, equal, notEqual, greater, greaterOrEqual
    case isSame, isNotSame, isIn, isNotIn

    /// Go on at Bx.
    case jump
    /// Go on at Bx, after a look at the budgets.
    case loop
    case jumpIfTrue, jumpIfFalse
    /// To Bx when R[A] is bound.
    case jumpIfBound
    // If (A op B) == flag 1, to T. Flag 0: B is a constant.
    case jumpLess, jumpLessOrEqual, jumpEqual, jumpNotEqual, jumpGreater, jumpGreaterOrEqual
    // If (A is B) == flag 1, to T.
    case jumpIs

    // R[A] from the C registers at R[B].
    case buildList, buildTuple, buildSet
    /// R[A] = dict of C pairs at R[B]
    case buildDict
    /// R[A] = the C strings at R[B], joined
    case buildString
    /// R[A] = slice(R[B], R[B+1], R[B+2])
    case buildSlice
    case listAppend, listExtend, setAdd, setUpdate
    /// R[A][R[B]] = R[C] of a dict display
    case dictSet
    /// Merges R[B] into the dict R[A]; D 1: keyword arguments, where a key may come once.
    case dictMerge
    case listToTuple
    /// R[A] = format(R[B]) with the specification R[C] (none if C is 65535), conversion D
    case formatValue

    /// R[A] = R[B][C], constants as in operations
    case getItem
    /// R[A][B] = C, constants as in operations
    case setItem
    case deleteItem
    /// R[A] = R[B].name of cache C
    case getAttribute
    /// R[A].name of cache C = R[B]
    case setAttribute
    case deleteAttribute
    /// R[A], R[A+1] = method and object of R[B].name, or attribute and nothing
    case loadMethod
    /// R[C] = R[A](B arguments from R[A+1])
    case call
    /// R[C] = R[A](R[A+1], B arguments from R[A+2])
    case callMethod
    /// As call (D 0) or callMethod (D 1), the last arguments named by the set in the next word.
    case callKeywords
    /// R[C] = R[A](*R[A+1], **R[A+2])
    case callSpread
    /// R[A] = super() for the object R[B], class in closure cell C
    case loadSuper

    /// R[A] = function of code B, D bit 0: defaults in R[A+1], bit 1: keyword defaults in R[A+2]
    case makeFunction
    /// R[A] = class of body B with base R[C] (none if C is 65535)
    case makeClass
    /// Ends a class body: returns its names as a dict.
    case returnNamespace
    case returnValue

    case getIterator
    /// R[B] = next of R[A], or to T at its end
    case forIterator
    /// R[A...] = the B items of R[C]
    case unpack
    /// R[A...] = items of R[B]: C low byte before, high byte after the starred one
    case unpackStarred

    /// Hands out R[B]; R[A] = what is sent
    case yieldValue
    /// R[A] = what `yield from R[B]` iterates
    case getYieldFrom
    /// Sends R[B] to R[A]; R[B] = what comes; at its end R[B] = its value, to T
    case sendTo
    /// Hands out R[B] of the iterator R[A]
    case yieldFrom

    /// Raises R[A], from R[B] unless B is 65535
    case raise
    /// Raises the exception being handled.
    case raiseAgain
    /// Goes on with the exception in R[A].
    case rethrow
    /// R[A] = exception handled so far; now it is R[B]
    case pushHandled
    case popHandled
    /// To T unless the exception R[A] matches R[B]
    case jumpUnlessMatches
    /// Fails with message R[A] (none if 65535); B: the parts whose values the report shows
    case assertionFailed

    /// R[A], R[A+1] = exit method and entered value of R[B]
    case enterContext
    /// R[C] = truth of calling the exit R[A] with exception R[B] (none if 65535)
    case exitContext

    /// R[A] = module named by K[B]; D 1: the dotted name's first part
    case importModule
    /// R[A] = R[B].name of cache C, as `from ... import` finds it
    case importName
    /// Shows R[A] as the prompt does.
    case display
}

/// Packing and unpacking of instruction words.
package enum Word {
    package static let none = 0xFFFF

    static func make(_ operation: Operation, _ a: Int = 0, _ b: Int = 0, _ c: Int = 0, _ d: Int = 0) -> UInt64 {
        UInt64(operation.rawValue) | UInt64(a) << 8 | UInt64(b) << 24 | UInt64(c) << 40 | UInt64(d) << 56
    }

    @inline(__always) static func a(_ word: UInt64) -> Int { Int(truncatingIfNeeded: (word >> 8) & 0xFFFF) }
    @inline(__always) static func b(_ word: UInt64) -> Int { Int(truncatingIfNeeded: (word >> 24) & 0xFFFF) }
    @inline(__always) static func c(_ word: UInt64) -> Int { Int(truncatingIfNeeded: (word >> 40) & 0xFFFF) }
    @inline(__always) static func d(_ word: UInt64) -> Int { Int(truncatingIfNeeded: word >> 56) }
    @inline(__always) static func bx(_ word: UInt64) -> Int { Int(truncatingIfNeeded: (word >> 24) & 0xFFFF_FFFF) }
    @inline(__always) static func target(_ word: UInt64) -> Int { Int(truncatingIfNeeded: (word >> 40) & 0x3F_FFFF) }
    static let largestTarget = 0x3F_FFFF
    /// In D of an operation: the left operand is a temporary that nothing reads afterwards.
    static let dyingFlag = 8
    static let constantFlag: UInt64 = 1 << 62
    static let senseFlag: UInt64 = 1 << 63
}
