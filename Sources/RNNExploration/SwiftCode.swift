import Training

/// Swift code as HTML, its words coloured by kind.
enum SwiftCode {
  private static let keywords: Set<Substring> = [
    "let", "var", "func", "for", "in", "if", "else", "return", "try", "import", "struct", "self", "guard", "while",
  ]

  /// The code with spans of the classes k (keyword), s (string), n (number), t (type), m (member) and c (comment).
  static func html(_ code: String) -> String {
    var result = ""
    var rest = code[...]
    while let first = rest.first {
      let (length, kind) = token(rest, first)
      let text = PlainText.escapedForXML(String(rest.prefix(length)))
      // Line breaks are white space in attributes, but not here.
      result += first == "\n" ? "\n" : kind.map { "<span class=\"\($0)\">\(text)</span>" } ?? text
      rest = rest.dropFirst(length)
    }
    return result
  }

  /// The length of the token that `code` begins with, and its class.
  private static func token(_ code: Substring, _ first: Character) -> (length: Int, kind: Character?) {
    func length(_ text: Substring) -> Int { text.count }
    if code.hasPrefix("//") { return (length(code.prefix { $0 != "\n" }), "c") }
    if first == "\"" { return (stringLength(code), "s") }
    if first.isNumber {
      // A dot belongs to a number when a digit follows it, unlike that of a range.
      let number = code.prefixMatch(of: /[0-9][0-9_]*(\.[0-9]+)?(e-?[0-9]+)?/)?.output.0 ?? code.prefix(1)
      return (number.count, "n")
    }
    if first.isLetter || first == "_" {
      let word = code.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
      return (word.count, keywords.contains(word) ? "k" : first.isUppercase ? "t" : nil)
    }
    if first == ".", let next = code.dropFirst().first, next.isLetter {
      return (1 + code.dropFirst().prefix { $0.isLetter || $0.isNumber }.count, "m")
    }
    return (1, nil)
  }

  /// The length of the string literal that `code` begins with, interpolations included.
  private static func stringLength(_ code: Substring) -> Int {
    var depth = 0
    var previous: Character = " "
    for (index, character) in code.enumerated().dropFirst() {
      if character == "(" && (depth > 0 || previous == "\\") {
        depth += 1
      } else if character == ")" && depth > 0 {
        depth -= 1
      } else if character == "\"" && depth == 0 && previous != "\\" {
        return index + 1
      }
      previous = character
    }
    return code.count
  }
}
