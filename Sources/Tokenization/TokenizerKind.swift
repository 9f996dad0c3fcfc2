internal import Corpus

/// How a text is cut into tokens.
public enum TokenizerKind: String, CaseIterable, Sendable, CustomStringConvertible {
  /// Words and punctuation by fastai's rules: `WordTokenizer`.
  case word
  /// Each Unicode scalar is a token.
  case char
  /// The human-numbers form: words between white space, commas, and a comma for each line's end; what `--train` reads.
  case lines

  /// Its name.
  public var description: String { rawValue }
}

/// Cuts pieces of one text into tokens. A piece ends where `TextCut` cuts; each gives the same tokens whoever works on it.
public struct Tokenizer: Sendable {
  /// The way of cutting.
  public let kind: TokenizerKind
  private var words = WordTokenizer()

  /// A tokenizer with its scratch memory.
  public init(_ kind: TokenizerKind) { self.kind = kind }

  /// Appends the tokens of a piece to `tokens`.
  ///
  /// - text: UTF-8, which the caller has checked.
  /// - endsDocument: whether nothing of the document follows.
  /// - Complexity: linear in the text.
  public mutating func tokenize(_ text: [UInt8], endsDocument: Bool, into tokens: inout TokenBuffer) {
    switch kind {
    case .word: words.tokenize(text, into: &tokens)
    case .char: Self.scalars(text, into: &tokens)
    case .lines: Self.lines(text, endsDocument: endsDocument, into: &tokens)
    }
  }

  /// The tokens of a text that isn't a document of a corpus, such as a prompt; a byte-order mark at its beginning is none of it.
  public static func tokens(_ text: String, _ kind: TokenizerKind) -> [String] {
    var tokenizer = Tokenizer(kind)
    var tokens = TokenBuffer()
    let bytes = Array(text.utf8)
    tokenizer.tokenize(Array(bytes[ByteOrderMark.length(bytes)...]), endsDocument: true, into: &tokens)
    return tokens.strings
  }
}
