/// Token ids in rows and columns: a batch's inputs or targets, one row a stream.
public struct TokenMatrix: Sendable, Equatable {
  /// Number of rows.
  public let rows: Int
  /// Number of columns.
  public let columns: Int
  /// The ids, row by row.
  public let tokens: [Int32]

  /// Rows of `columns` ids, which divides their number.
  init(_ tokens: [Int32], columns: Int) {
    precondition(tokens.count % columns == 0, "\(tokens.count) tokens in rows of \(columns)")
    rows = tokens.count / columns
    self.columns = columns
    self.tokens = tokens
  }

  /// Rows and columns.
  public var shape: [Int] { [rows, columns] }
  /// Number of ids.
  public var count: Int { tokens.count }

  /// A row.
  public subscript(row: Int) -> ArraySlice<Int32> {
    precondition(0 <= row && row < rows, "row \(row) of \(rows)")
    return tokens[(row * columns)..<((row + 1) * columns)]
  }

  /// One id.
  public subscript(row: Int, column: Int) -> Int32 {
    precondition(0 <= column && column < columns, "column \(column) of \(columns)")
    return self[row][row * columns + column]
  }

  /// A column, which PyTorch writes `x[:, column]`.
  public func column(_ column: Int) -> [Int32] { (0..<rows).map { self[$0, column] } }
}

extension TokenMatrix: CustomStringConvertible {
  /// The ids as PyTorch prints them: of more than 1000, three rows and columns at each edge.
  public var description: String {
    func shown(_ count: Int) -> [Int?] {
      self.count <= 1000 || count <= 6 ? Array(0..<count) : [0, 1, 2, nil] + Array((count - 3)..<count)
    }
    let columns = shown(self.columns)
    let rows = shown(self.rows)
    var width = 0
    for case let row? in rows {
      for case let column? in columns { width = max(width, "\(self[row, column])".count) }
    }
    func text(_ row: Int, _ column: Int?) -> String {
      guard let column else { return " ..." }
      let digits = "\(self[row, column])"
      return String(repeating: " ", count: width - digits.count) + digits
    }
    let lines = rows.map { row in
      guard let row else { return "..." }
      return "[" + columns.map { text(row, $0) }.joined(separator: ", ") + "]"
    }
    return "[" + lines.joined(separator: ",\n ") + "]"
  }
}
