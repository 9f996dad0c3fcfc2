/// Which of some names somebody may have meant.
enum NearestName {
  /// The name that takes the fewest changes to get to from `name`, if those are few for its length; of several the
  /// first.
  static func find(_ name: String, in names: some Sequence<String>) -> String? {
    let candidates = names.sorted().map { ($0, distance(Array(name), Array($0))) }
    guard let best = candidates.min(by: { $0.1 < $1.1 }), best.1 <= max(1, name.count / 2) else { return nil }
    return best.0
  }

  /// The least number of characters to insert, remove, replace or swap with their neighbour (optimal string alignment).
  static func distance(_ one: [Character], _ other: [Character]) -> Int {
    var rows = [Array(0...other.count)]
    for (i, a) in one.enumerated() {
      var row = [i + 1]
      for (j, b) in other.enumerated() {
        var least = min(rows[i][j] + (a == b ? 0 : 1), rows[i][j + 1] + 1, row[j] + 1)
        if i > 0, j > 0, a == other[j - 1], one[i - 1] == b { least = min(least, rows[i - 1][j - 1] + 1) }
        row.append(least)
      }
      rows.append(row)
    }
    return rows[one.count][other.count]
  }
}
