/// A drawing area of terminal cells, each a braille pattern of 2 × 4 dots.
struct BrailleCanvas {
  /// Width and height in cells.
  let columns: Int
  let rows: Int
  /// One byte a cell, bit k for the Unicode pattern's dot k + 1; row by row.
  private var dots: [UInt8]
  /// The series that drew last into a cell.
  private var owners: [Int]

  init(columns: Int, rows: Int) {
    self.columns = columns
    self.rows = rows
    dots = Array(repeating: 0, count: columns * rows)
    owners = Array(repeating: 0, count: columns * rows)
  }

  /// The character of the cell at `row` from the top; a space where nothing is drawn.
  func character(column: Int, row: Int) -> Character {
    let pattern = dots[row * columns + column]
    guard pattern != 0, let scalar = Unicode.Scalar(0x2800 + UInt32(pattern)) else { return " " }
    return Character(scalar)
  }

  /// The series that drew last into the cell; 0 where nothing is drawn.
  func owner(column: Int, row: Int) -> Int { owners[row * columns + column] }

  /// Draws the line from `from` to `to`, both 0…1 from the lower left; what lies outside is cut off.
  mutating func line(from: LinePlot.Point, to: LinePlot.Point, owner: Int) {
    let (right, top) = (Double(columns * 2 - 1), Double(rows * 4 - 1))
    let (x0, y0) = (from.x * right, (1 - from.y) * top)
    let (x1, y1) = (to.x * right, (1 - to.y) * top)
    let steps = max(1, Int(max((x1 - x0).magnitude, (y1 - y0).magnitude).rounded(.up)))
    for step in 0...steps {
      let share = Double(step) / Double(steps)
      dot(x: Int((x0 + (x1 - x0) * share).rounded()), y: Int((y0 + (y1 - y0) * share).rounded()), owner: owner)
    }
  }

  private mutating func dot(x: Int, y: Int, owner: Int) {
    guard x >= 0, y >= 0, x < columns * 2, y < rows * 4 else { return }
    // The patterns' numbering: dots 1–3 and 7 down the left column, 4–6 and 8 down the right one.
    let bits: [UInt8] = [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80]
    let cell = (y / 4) * columns + x / 2
    dots[cell] |= bits[(y % 4) * 2 + x % 2]
    owners[cell] = owner
  }
}
