/// The gradient of an embedding: for each token, the rows of activation gradients at which it was read, summed per lane in the
/// order in which they are added, and folded over the lanes.
///
/// Each lane has a row of its own for each token that it has read, so memory and work follow the rows that were read and not the
/// vocabulary times the lanes, except for one look at each token's `lanes` entries. Of the gradient, too, only the rows of tokens
/// that were read, now or the last time, are written.
@safe
public struct EmbeddingSums: Sendable {
  private let vocabulary, lanes, width: Int
  private let slots: Window<Int32>  // (vocabulary, lanes): the row of `sums`, or −1
  private let sums: Window<Float>  // (rows, width)
  private let used: Window<Int32>  // (1): rows of `sums` in use
  private let written: Window<UInt8>  // (lanes, vocabulary): whether a root's gradient of the token isn't zero
  private let places: Window<Int32>  // (rows): the row of `sums` for each row that is added
  private let stack: Window<Int32>  // (2 · lanes)

  /// - rows: how many rows are added at most between two calls of `fold`.
  /// - storage: keeps the sums.
  public init(vocabulary: Int, lanes: Int, width: Int, rows: Int, storage: Storage) {
    self.vocabulary = vocabulary
    self.lanes = lanes
    self.width = width
    slots = storage.take(vocabulary * lanes)
    slots.fill(-1)
    sums = storage.take(min(rows, vocabulary * lanes) * width)
    used = storage.take(1)
    written = storage.take(lanes * vocabulary)
    places = storage.take(rows)
    stack = storage.take(2 * lanes)
  }

  /// Where the gradients of some rows are added up: that of row r at `sums + places[r]·width`.
  struct Targets {
    let sums: UnsafeMutablePointer<Float>
    let places: UnsafePointer<Int32>
    let width: Int
  }

  /// The sums for rows with those tokens: those of lane `first + i` are `rows[i]`. Good until the next call.
  func targets(tokens: Window<Int32>, rows: [Range<Int>], first: Int) -> Targets {
    let count = rows.last?.upperBound ?? 0
    precondition(tokens.count >= count && places.count >= count, "a token for each row")
    precondition(first + rows.count <= lanes, "a lane beyond the last")
    var used = self.used.base[0]
    for (index, range) in rows.enumerated() {
      for row in range {
        let token = Int(tokens.base[row])
        precondition(token >= 0 && token < vocabulary, "token outside the vocabulary")
        let slot = slots.base + (token &* lanes &+ first &+ index)
        if slot.pointee < 0 {
          precondition(Int(used) &* width < sums.count, "more rows than announced")
          slot.pointee = used
          // Every sum starts at 0, and so is never −0.
          (sums.base + Int(used) &* width).update(repeating: 0, count: width)
          used &+= 1
        }
        places.base[row] = slot.pointee
      }
    }
    self.used.base[0] = used
    return Targets(sums: sums.base, places: UnsafePointer(places.base), width: width)
  }

  /// Adds the rows of `da` (panels (rowsPerStep, width)) to their tokens: those of lane `first + i` are `rows[i]`.
  public func add(_ da: Window<Float>, tokens: Window<Int32>, rowsPerStep: Int, rows: [Range<Int>], first: Int) {
    precondition(da.count == rowsPerStep * width && (rows.last?.upperBound ?? 0) <= rowsPerStep, "a token for each row")
    let targets = targets(tokens: tokens, rows: rows, first: first)
    for range in rows {
      for row in range {
        let source = UnsafePointer(da.base + row &* 16)
        let sum = targets.sums + Int(targets.places[row]) &* width
        for channel in stride(from: 0, to: width, by: 16) {
          store16(sum + channel, load16(UnsafePointer(sum + channel)) + load16(source + channel &* rowsPerStep))
        }
      }
    }
  }

  /// Folds the sums over the lanes and forgets them: root i's gradient (vocabulary, width), row by row, starts at
  /// `offset + i·rootStride`; zero for tokens that weren't read. Lanes without a token count as zero: see `FoldSchedule`.
  ///
  /// - roots: the same memory in each call, zero before the first and written by nobody else.
  public func fold(_ schedule: FoldSchedule, into roots: Window<Float>, offset: Int, rootStride: Int) {
    precondition(schedule.folds.count == lanes, "a fold count for each lane")
    precondition(
      roots.count >= offset + (schedule.roots - 1) * rootStride + vocabulary * width, "a gradient for each root")
    schedule.folds.withUnsafeBufferPointer { folds in
      for token in 0..<vocabulary {
        let output = roots.base + offset + token &* width
        let count = foldToken(slots.base + token &* lanes, folds)
        var next = 0
        for root in 0..<schedule.roots {
          let row = output + root &* rootStride
          let isWritten = written.base + (root &* vocabulary &+ token)
          if next < count && stack.base[2 &* next] == root {
            let sum = UnsafePointer(sums.base + Int(stack.base[2 &* next &+ 1]) &* width)
            for channel in stride(from: 0, to: width, by: 16) { store16(row + channel, load16(sum + channel)) }
            isWritten.pointee = 1
            next &+= 1
          } else if isWritten.pointee != 0 {
            row.update(repeating: 0, count: width)
            isWritten.pointee = 0
          }
        }
      }
    }
    used.base[0] = 0
  }

  /// Folds one token's rows in place. Leaves (position on the schedule's stack, row) of each sum in `stack`, ascending, and returns
  /// their number.
  @inline(__always)
  private func foldToken(_ slots: UnsafeMutablePointer<Int32>, _ folds: UnsafeBufferPointer<Int>) -> Int {
    let stack = self.stack.base
    var count = 0
    var height: Int32 = 0
    for lane in 0..<lanes {
      let slot = slots[lane]
      if slot >= 0 {
        slots[lane] = -1
        stack[2 &* count] = height
        stack[2 &* count &+ 1] = slot
        count &+= 1
      }
      height &+= 1
      for _ in 0..<folds[lane] {
        height &-= 1
        // The schedule's topmost entry, if present, goes down by one; the one below, if present, takes it up.
        if count > 0 && stack[2 &* count &- 2] == height {
          if count > 1 && stack[2 &* count &- 4] == height &- 1 {
            addRow(Int(stack[2 &* count &- 1]), to: Int(stack[2 &* count &- 3]))
            count &-= 1
          } else {
            stack[2 &* count &- 2] = height &- 1
          }
        }
      }
    }
    return count
  }

  @inline(__always)
  private func addRow(_ row: Int, to other: Int) {
    let from = UnsafePointer(sums.base + row &* width)
    let to = sums.base + other &* width
    for channel in stride(from: 0, to: width, by: 16) {
      store16(to + channel, load16(UnsafePointer(to + channel)) + load16(from + channel))
    }
  }
}
