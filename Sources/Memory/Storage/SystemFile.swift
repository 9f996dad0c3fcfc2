internal import Platform

/// A small text file of the system (`/proc`, `/sys`), whose lines begin with a word.
package struct SystemFile {
  private let lines: [Substring]

  /// Nil if it can't be read.
  package init?(_ path: String) {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 14)
    let count = fread(&bytes, 1, bytes.count, file)
    self.init(text: String(decoding: bytes[..<count], as: UTF8.self))
  }

  /// A file with this text.
  init(text: String) { lines = text.split(separator: "\n") }

  /// The words of each line.
  var words: [[Substring]] { lines.map { $0.split(separator: " ") } }

  /// What follows `word` on its line.
  func rest(of word: String) -> String? {
    lines.first { $0.hasPrefix(word) }.map { String($0.dropFirst(word.count)) }
  }

  /// The number that follows `word`.
  package subscript(word: String) -> Int? {
    rest(of: word)?.split(whereSeparator: { $0 == " " || $0 == "\t" }).first.flatMap { Int($0) }
  }

  /// What follows the first `mark` of the first line that has it: `4:memory:/job` for ":memory:".
  func rest(behind mark: String) -> String? {
    for line in lines {
      var start = line.startIndex
      while start < line.endIndex {
        if line[start...].hasPrefix(mark) { return String(line[start...].dropFirst(mark.count)) }
        start = line.index(after: start)
      }
    }
    return nil
  }
}
