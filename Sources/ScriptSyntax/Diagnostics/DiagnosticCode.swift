/// Every cause that the front end can report, by its public number; `DiagnosticCatalogue` explains each.
///
/// 00xx characters and tokens, 01xx grammar, 02xx names and scopes, 03xx compilation, 05xx what the language leaves out,
/// W06xx warnings. (04xx belong to hosts.)
public enum DiagnosticCode: String, CaseIterable, Sendable {
    case invalidUTF8 = "E0001"
    case nullByte = "E0002"
    case sourceTooLong = "E0003"
    case invalidCharacter = "E0004"
    case fullWidth = "E0005"
    case tabInIndentation = "E0006"
    case inconsistentDedent = "E0007"
    case unterminatedString = "E0008"
    case unterminatedTripleString = "E0009"
    case unclosedBracket = "E0010"
    case unmatchedBracket = "E0011"
    case mismatchedBracket = "E0012"
    case nestingTooDeep = "E0013"
    case strayBackslash = "E0014"
    case invalidNumber = "E0015"
    case leadingZeros = "E0016"
    case invalidEscape = "E0017"
    case nonASCIIBytes = "E0018"
    case mixedBytes = "E0019"
    case hugeDecimal = "E0020"
    case foreignEncoding = "E0021"
    case emptyField = "E0022"
    case backslashInField = "E0023"
    case commentInField = "E0024"
    case singleBrace = "E0025"
    case unclosedField = "E0026"
    case unknownConversion = "E0027"
    case formatTooDeep = "E0028"

    case unexpectedToken = "E0101"
    case expectedColon = "E0102"
    case expectedBlock = "E0103"
    case unexpectedIndent = "E0104"
    case missingComma = "E0105"
    case tryWithoutHandler = "E0106"
    case orphanClause = "E0107"
    case bareExceptNotLast = "E0108"
    case unparenthesizedTypes = "E0109"
    case bareGenerator = "E0110"
    case positionalAfterKeyword = "E0111"
    case starAfterDoubleStar = "E0112"
    case repeatedKeyword = "E0113"
    case keywordIsNotName = "E0114"
    case requiredAfterDefault = "E0115"
    case misplacedMarker = "E0116"
    case duplicateParameter = "E0117"
    case trailingImportComma = "E0118"
    case compoundOnOneLine = "E0119"
    case misplacedStar = "E0120"
    case unpackingInComprehension = "E0121"
    case unparenthesizedElement = "E0122"
    case conditionalWithoutElse = "E0123"
    case notAfterOperator = "E0124"
    case misspelledKeyword = "E0125"
    case defaultOnVariadic = "E0126"

    case cannotAssign = "E0130"
    case assignmentInCondition = "E0131"
    case cannotDelete = "E0132"
    case cannotAugment = "E0133"
    case cannotAnnotate = "E0134"
    case multipleStars = "E0135"
    case loneStarTarget = "E0136"
    case walrusTarget = "E0137"
    case walrusStatement = "E0138"
    case assignToDebug = "E0139"

    case printStatement = "E0150"
    case stepOperator = "E0151"
    case foreignOperator = "E0152"
    case exclamation = "E0153"
    case elseIf = "E0154"
    case questionMark = "E0155"

    case unboundName = "E0201"
    case returnOutsideFunction = "E0202"
    case yieldOutsideFunction = "E0203"
    case breakOutsideLoop = "E0204"
    case continueOutsideLoop = "E0205"
    case nonlocalAtModule = "E0206"
    case nonlocalUnbound = "E0207"
    case declaredParameter = "E0208"
    case usedBeforeDeclaration = "E0209"
    case nonlocalAndGlobal = "E0210"
    case walrusRebindsIteration = "E0211"
    case walrusInIterable = "E0212"
    case walrusInClassComprehension = "E0213"
    case yieldInComprehension = "E0214"
    case annotatedDeclared = "E0215"
    case foreignConstant = "E0216"
    case lateFutureImport = "E0217"
    case unknownFuture = "E0218"

    case tooManyBlocks = "E0219"

    case programTooLarge = "E0301"

    case async = "E0501"
    case await = "E0502"
    case match = "E0503"
    case multipleInheritance = "E0504"
    case classKeyword = "E0505"
    case slots = "E0506"
    case refusedMethod = "E0507"
    case refusedBuiltin = "E0508"
    case starImport = "E0509"
    case relativeImport = "E0510"
    case complexLiteral = "E0511"
    case exceptStar = "E0512"
    case unpackedBases = "E0513"
    case refusedAttribute = "E0514"

    case mutableDefault = "W0601"
    case loopVariableCapture = "W0602"
    case unusedName = "W0603"
    case literalIdentity = "W0604"

    public var severity: Diagnostic.Severity { rawValue.hasPrefix("W") ? .warning : .error }
}

extension Diagnostic {
    init(
        _ code: DiagnosticCode, _ message: String, _ span: SourceSpan, label: String = "", secondary: [Label] = [],
        notes: [String] = [], help: String? = nil, fixes: [Fix] = []
    ) {
        self.init(
            code: code.rawValue, severity: code.severity, message: message, primary: Label(span, label),
            secondary: secondary, notes: notes, help: help.map { [$0] } ?? [], fixes: fixes)
    }
}
