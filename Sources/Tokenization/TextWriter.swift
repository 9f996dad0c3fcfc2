/// Makes a readable text of tokens again: the inverse of `Tokenizer`, apart from spaces and capitals that it hasn't
/// kept.
public struct TextWriter: Sendable {
  private let kind: TokenizerKind
  private var text = ""
  /// UTF-8 bytes of the text that have been given.
  private var given = 0
  /// What is to happen to the next word.
  private var capitals: String?
  /// Whether a space belongs before the next word.
  private var needsSpace = false
  /// Quotation marks that are open.
  private var open: Set<String> = []
  /// A repetition that is being read: its mark, and its number once that is there.
  private var repetition: (mark: String, times: Int?)?

  /// The text of `tokens` as the tokenizer of that kind made them.
  public static func text(_ tokens: some Sequence<String>, _ kind: TokenizerKind) -> String {
    var writer = TextWriter(kind)
    for token in tokens { writer.add(token) }
    return writer.text
  }

  /// At a text's beginning.
  public init(_ kind: TokenizerKind) { self.kind = kind }

  /// What the next token adds to the text; what was given stays as it was.
  public mutating func next(_ token: String) -> String {
    add(token)
    defer { given = text.utf8.count }
    return String(decoding: text.utf8.dropFirst(given), as: UTF8.self)
  }

  /// Tokens that stand for no text. `xxunk` stays: it stands for some.
  static func isSpecial(_ token: String) -> Bool {
    ["xxpad", "xxbos", "xxeos", "xxfld", "xxfake"].contains(token)
  }

  private mutating func add(_ token: String) {
    if kind == .char {
      if !Self.isSpecial(token) { text += token }
      return
    }
    if kind == .word, addRule(token) { return }
    switch token {
    case "xxbos" where !text.isEmpty && !text.hasSuffix("\n"): addBreak()
    case _ where Self.isSpecial(token): break
    case "\n": addBreak()
    default: addWord(token)
    }
  }

  private mutating func addBreak() {
    text += "\n"
    needsSpace = false
    open = []
  }

  /// Whether the token belongs to one of fastai's rules.
  private mutating func addRule(_ token: String) -> Bool {
    switch token {
    case "xxmaj", "xxup":
      capitals = token
    case "xxrep", "xxwrep":
      repetition = (token, nil)
    default:
      guard let (mark, times) = repetition else { return false }
      guard let times else {
        // Sampled tokens needn't go on with a number.
        repetition = Int(token).flatMap { (2...100).contains($0) ? (mark, $0) : nil }
        return repetition != nil
      }
      repetition = nil
      guard token != "\n", !Self.isSpecial(token) else { return false }
      if mark == "xxrep" {
        // What was one word, such as 1000, is one again.
        if token.first?.isLetter ?? false || token.first?.isNumber ?? false { needsSpace = false }
        addWord(token, times: times)
      } else {
        let mode = capitals
        for _ in 0..<times {
          capitals = mode
          addWord(token)
        }
      }
    }
    return true
  }

  /// - times: how often it is written without a space.
  private mutating func addWord(_ token: String, times: Int = 1) {
    var word = token
    switch capitals {
    case "xxmaj": word = token.prefix(1).uppercased() + token.dropFirst()
    case "xxup": word = token.uppercased()
    default: break
    }
    capitals = nil
    let (joinsLeft, joinsRight) = joins(token)
    if needsSpace && !joinsLeft { text += " " }
    text += String(repeating: word, count: times)
    needsSpace = !joinsRight
  }

  /// Whether a token is joined to what precedes it, and to what follows.
  private mutating func joins(_ token: String) -> (left: Bool, right: Bool) {
    switch token {
    case ",": return (true, false)
    case _ where kind == .lines: return (false, false)
    case ".", "..", ";", ":", "!", "?", ")", "]", "}", "%", "\u{2026}", "\u{201D}", "\u{BB}", "n't", "n\u{2019}t":
      return (true, false)
    case "(", "[", "{", "$", "#", "\u{201C}", "\u{2018}", "\u{AB}", "\u{A3}", "\u{20AC}": return (false, true)
    case "-", "--", "/", "\\", "@", "_", "\u{2014}": return (true, true)
    case "\"", "'", "``", "''":
      if open.remove(token) != nil { return (true, false) }
      open.insert(token)
      return (false, true)
    default:
      let isEnding = token.count > 1 && (token.hasPrefix("'") || token.hasPrefix("\u{2019}"))
      return (isEnding, false)
    }
  }
}
