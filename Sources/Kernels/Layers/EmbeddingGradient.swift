public import Memory

/// The gradient of an embedding: for each token, the rows of activation gradients at which it was read, summed per lane
/// in the order in which they come, and then over the lanes by the canonical tree.
///
/// Each lane has a row of its own for each token that it has read, and a set of these tokens as bits, so memory for
/// rows and work follow the rows that were read; of the vocabulary, a word of each set is looked at for 64 tokens. Of
/// the gradient, too, only the rows of tokens that were read, now or the last time, are written.
@safe
public struct EmbeddingSums: Sendable {
  private let vocabulary, lanes, width: Int
  private let words: Int  // of a set of tokens
  private let read: BufferView<UInt64>  // (lanes, words): the tokens that have a row, bit token % 64 of word token / 64
  private let slots: BufferView<Int32>  // (lanes, vocabulary): that row of `sums`
  private let sums: BufferView<Float>  // (rows, width): zero beyond those in use
  private let used: BufferView<Int32>  // (1): rows of `sums` in use
  private let written: BufferView<UInt64>  // (lanes, words): the tokens whose gradient in a root isn't zero
  private let places: BufferView<Int32>  // (rows): the row of `sums` for each row that is added
  private let stack: BufferView<Int32>  // (lanes): of a reduction schedule, a lane each

  /// - rows: how many rows are added at most between two calls of `reduceTree`.
  /// - storage: keeps the sums.
  public init(vocabulary: Int, lanes: Int, width: Int, rows: Int, storage: Storage) {
    self.vocabulary = vocabulary
    self.lanes = lanes
    self.width = width
    words = (vocabulary + 63) / 64
    read = storage.take(lanes * words, for: .gradientSums)
    slots = storage.take(lanes * vocabulary, for: .gradientSums)
    sums = storage.take(min(rows, vocabulary * lanes) * width, for: .gradientSums)
    used = storage.take(1, for: .gradientSums)
    written = storage.take(lanes * words, for: .gradientSums)
    places = storage.take(rows, for: .gradientSums)
    stack = storage.take(lanes, for: .gradientSums)
  }

  /// Where the gradients of some rows are added up: that of row r at `sums + places[r]·width`.
  struct Targets {
    var sums: UnsafeMutablePointer<Float>
    let places: UnsafePointer<Int32>
    let width: Int
  }

  /// The sums for rows with those tokens: those of lane `first + i` are `rows[i]`. Good until the next call.
  func targets(tokens: BufferView<Int32>, rows: [Range<Int>], first: Int) -> Targets {
    let count = rows.last?.upperBound ?? 0
    precondition(tokens.count >= count && places.count >= count, "a token for each row")
    precondition(first + rows.count <= lanes, "a lane beyond the last")
    var used = self.used.base[0]
    for (index, range) in rows.enumerated() {
      let slots = self.slots.base + (first &+ index) &* vocabulary
      let read = self.read.base + (first &+ index) &* words
      for row in range {
        let token = Int(tokens.base[row])
        precondition(token >= 0 && token < vocabulary, "token outside the vocabulary")
        let word = read + token &>> 6
        // Without a branch: whether a token is new can't be foretold. The row that it has had, if any, is kept at once,
        // so that it is read in any case: else the compiler would read it behind a branch.
        let held = slots[token]
        places.base[row] = held
        let bit = UInt64(truncatingIfNeeded: token)
        // All bits set where the token is new.
        let new = Int32(truncatingIfNeeded: word.pointee &>> bit & 1) &- 1
        let slot = used & new | held & ~new
        word.pointee |= 1 &<< bit
        slots[token] = slot
        places.base[row] = slot
        used &-= new
      }
    }
    precondition(Int(used) &* width <= sums.count, "more rows than announced")
    self.used.base[0] = used
    return Targets(sums: sums.base, places: UnsafePointer(places.base), width: width)
  }

  /// Adds da ⊙ mask · factors[token], in this order, to the rows of their tokens: those of lane `first + i` are
  /// `rows[i]`. The backward pass through `EmbeddingRows.gather`.
  ///
  /// - da: (rowsPerStep, width) in panels; mask: likewise, or none: input dropout.
  /// - factors: a number for each row of the vocabulary, or none: embedding dropout.
  ///
  /// Bound by the loads and stores of the sums, two cycles a vector on Zen 4; with `reduceTree` it takes 6 to 12.
  public func add(
    _ da: BufferView<Float>, mask: Panels? = nil, factors: BufferView<Float>? = nil, tokens: BufferView<Int32>,
    rowsPerStep: Int, rows: [Range<Int>], first: Int
  ) {
    precondition(da.count == rowsPerStep * width && (rows.last?.upperBound ?? 0) <= rowsPerStep, "a token for each row")
    precondition(mask.map { $0.elements.count == da.count } ?? true, "mask of another shape")
    precondition(factors.map { $0.count >= vocabulary } ?? true, "a factor for each row of the vocabulary")
    let targets = targets(tokens: tokens, rows: rows, first: first)
    let mask = mask.map { UnsafePointer($0.base) }
    for range in rows {
      for row in range {
        let source = UnsafePointer(da.base + row &* 16)
        let sum = targets.sums + Int(targets.places[row]) &* width
        let factor = SIMD16(repeating: factors?.base[Int(tokens.base[row])] ?? 1)
        for channel in stride(from: 0, to: width, by: 16) {
          let place = channel &* rowsPerStep
          var vector = load16(source + place)
          if let mask { vector *= load16(mask + (row &* 16 &+ place)) }
          store16(sum + channel, load16(UnsafePointer(sum + channel)) + vector * factor)
        }
      }
    }
  }

  /// Adds the sums up over the lanes and forgets them: root i's gradient (vocabulary, width), row by row or in panels,
  /// starts at `offset + i·rootStride`; zero for tokens that weren't read. Lanes without a token count as zero: see
  /// `ReductionSchedule`.
  ///
  /// - roots: the same memory in each call, zero before the first and written by nobody else.
  /// - inPanels: whether the gradient is in panels.
  public func reduceTree(
    _ schedule: ReductionSchedule, into roots: BufferView<Float>, offset: Int, rootStride: Int, inPanels: Bool = false
  ) {
    precondition(schedule.additions.count == lanes, "a count of additions for each lane")
    precondition(
      roots.count >= offset + (schedule.roots - 1) * rootStride + vocabulary * width, "a gradient for each root")
    let stack = self.stack.base
    var height = 0
    for lane in 0..<lanes {
      stack[height] = Int32(truncatingIfNeeded: lane)
      height &+= 1
      for _ in 0..<schedule.additions[lane] {
        height &-= 1
        reduceTree(Int(stack[height]), into: Int(stack[height &- 1]))
      }
    }
    for root in 0..<height {
      write(Int(stack[root]), toRoot: root, roots.base + (offset &+ root &* rootStride), inPanels: inPanels)
    }
    read.fill(0)
    sums[0..<(Int(used.base[0]) * width)].fill(0)
    used.base[0] = 0
  }

  /// Adds the rows of lane `right` to those of `left`; one that `left` hasn't becomes its own.
  private func reduceTree(_ right: Int, into left: Int) {
    let from = UnsafePointer(slots.base + right &* vocabulary)
    let to = slots.base + left &* vocabulary
    for word in 0..<words {
      let new = read.base[right &* words &+ word]
      let old = read.base[left &* words &+ word]
      read.base[left &* words &+ word] = new | old
      forEachBit(new & old, of: word) { token in addRow(Int(from[token]), to: Int(to[token])) }
      forEachBit(new & ~old, of: word) { token in to[token] = from[token] }
    }
  }

  /// Writes a lane's rows to a root's gradient, and zero where only the gradient before had one.
  private func write(_ lane: Int, toRoot root: Int, _ gradient: UnsafeMutablePointer<Float>, inPanels: Bool) {
    let slots = UnsafePointer(self.slots.base + lane &* vocabulary)
    let written = self.written.base + root &* words
    let rowStride = inPanels ? 16 : width
    // From one vector of a row to the next.
    let stride = inPanels ? vocabulary &* 16 : 16
    for word in 0..<words {
      let new = read.base[lane &* words &+ word]
      forEachBit(new, of: word) { token in
        var place = gradient + token &* rowStride
        let sum = UnsafePointer(sums.base + Int(slots[token]) &* width)
        for channel in Swift.stride(from: 0, to: width, by: 16) {
          store16(place, load16(sum + channel))
          place += stride
        }
      }
      forEachBit(written[word] & ~new, of: word) { token in
        var place = gradient + token &* rowStride
        for _ in 0..<(width / 16) {
          store16(place, SIMD16(repeating: 0))
          place += stride
        }
      }
      written[word] = new
    }
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

/// Calls `body` with each token in a word of a set, ascending.
@inline(__always)
private func forEachBit(_ bits: UInt64, of word: Int, _ body: (Int) -> Void) {
  var left = bits
  while left != 0 {
    body(word &* 64 &+ left.trailingZeroBitCount)
    left &= left &- 1
  }
}
