#if MPI
  import MPI

  /// Every collective over every element type.
  func runCollectives(_ communicator: Communicator) throws {
    try CollectiveChecks<Float>(communicator).run()
    try CollectiveChecks<Double>(communicator).run()
    try CollectiveChecks<Int32>(communicator).run()
    try CollectiveChecks<Int64>(communicator).run()
    try CollectiveChecks<UInt8>(communicator).run()
    try checkWrapping(Int32.self, communicator)
    try checkWrapping(Int64.self, communicator)
    try checkWrapping(UInt8.self, communicator)
  }

  /// Sums of integers wrap.
  private func checkWrapping<Element: Sample & FixedWidthInteger>(
    _ type: Element.Type, _ communicator: Communicator
  ) throws {
    let sum = try communicator.allReduce(Element.max)
    let expected = (0..<communicator.size).reduce(Element.zero) { sum, _ in sum &+ .max }
    Checks(rank: communicator.rank).check("wrapping sum \(type)", sum == expected)
  }

  /// The collectives over one element type. What a call should give is written out from the ranks' numbers.
  private struct CollectiveChecks<Element: Sample> {
    let communicator: Communicator
    let checks: Checks
    var rank: Int { communicator.rank }
    var size: Int { communicator.size }

    init(_ communicator: Communicator) {
      self.communicator = communicator
      checks = Checks(rank: communicator.rank)
    }

    func run() throws {
      try reduce()
      try reduceScatter()
      try gather()
      try gatherUneven()
      try broadcast()
      try exchange()
      try exchangeUneven()
    }

    private func check(_ call: String, _ isRight: Bool) { checks.check("\(call) \(Element.self)", isRight) }

    /// What rank `rank` holds at `place`; small enough for sums over the ranks of a byte.
    private func number(_ rank: Int, _ place: Int) -> Int { rank * 20 + place % 7 }

    private func element(_ number: Int) -> Element {
      guard let element = Element(exactly: number) else { preconditionFailure("\(number) is not a \(Element.self)") }
      return element
    }

    private func elements(_ rank: Int, count: Int) -> [Element] { (0..<count).map { element(number(rank, $0)) } }

    /// Marks, beginning with another on each rank.
    private func marks(_ rank: Int) -> [Element] {
      Element.marks.indices.map { Element.marks[($0 + rank) % Element.marks.count] }
    }

    private func sums(count: Int) -> [Element] {
      (0..<count).map { place in element((0..<size).reduce(0) { $0 + number($1, place) }) }
    }

    private func reduce() throws {
      let own = elements(rank, count: 9)
      for (name, operation, expected) in [
        ("sum", ReduceOperation.sum, sums(count: 9)), ("min", .min, elements(0, count: 9)),
        ("max", .max, elements(size - 1, count: 9)),
      ] {
        var result = [Element](repeating: 1, count: 9)
        var span = result.mutableSpan
        try communicator.allReduce(own.span, &span, operation)
        check("all-reduce \(name)", result == expected)
        var inPlace = own
        span = inPlace.mutableSpan
        try communicator.allReduce(&span, operation)
        check("all-reduce \(name) in place", inPlace == expected)
        check("all-reduce \(name) of a value", try communicator.allReduce(own[3], operation) == expected[3])
      }
      var none: [Element] = []
      var span = none.mutableSpan
      try communicator.allReduce(&span)
      check("all-reduce of nothing", none.isEmpty)
    }

    private func reduceScatter() throws {
      let own = elements(rank, count: 4 * size)
      for (name, operation, expected) in [
        ("sum", ReduceOperation.sum, sums(count: 4 * size)), ("max", .max, elements(size - 1, count: 4 * size)),
      ] {
        var block = [Element](repeating: 1, count: 4)
        var span = block.mutableSpan
        try communicator.reduceScatter(own.span, &span, operation)
        check("reduce-scatter \(name)", block == Array(expected[(4 * rank)..<(4 * rank + 4)]))
      }
    }

    private func gather() throws {
      let expected = (0..<size).flatMap { marks($0) }
      var all = [Element](repeating: 1, count: expected.count)
      var span = all.mutableSpan
      try communicator.allGather(marks(rank).span, &span)
      check("all-gather", all == expected)
      var inPlace = [Element](repeating: 1, count: expected.count)
      inPlace.replaceSubrange((3 * rank)..<(3 * rank + 3), with: marks(rank))
      span = inPlace.mutableSpan
      try communicator.allGather(&span)
      check("all-gather in place", inPlace == expected)
    }

    /// Rank r brings r elements, which land with one element between each two blocks.
    private func gatherUneven() throws {
      let counts = (0..<size).map { Int32($0) }
      let starts: [Int] = (0..<size).map { rank in rank * (rank - 1) / 2 + rank }
      let displacements = starts.map { Int32($0) }
      let total = size * (size - 1) / 2 + size
      var expected = [Element](repeating: 1, count: total)
      for r in 0..<size {
        expected.replaceSubrange(starts[r]..<(starts[r] + r), with: elements(r, count: r))
      }
      var all = [Element](repeating: 1, count: total)
      var span = all.mutableSpan
      try communicator.allGatherV(
        elements(rank, count: rank).span, &span, counts: counts, displacements: displacements)
      check("all-gather of unequal blocks", all == expected)
      var inPlace = [Element](repeating: 1, count: total)
      inPlace.replaceSubrange(starts[rank]..<(starts[rank] + rank), with: elements(rank, count: rank))
      span = inPlace.mutableSpan
      try communicator.allGatherV(&span, counts: counts, displacements: displacements)
      check("all-gather of unequal blocks in place", inPlace == expected)
    }

    private func broadcast() throws {
      for root in 0..<size {
        var values = marks(rank)
        var span = values.mutableSpan
        try communicator.broadcast(&span, root: root)
        check("broadcast", values == marks(root))
      }
    }

    /// Block r of rank s is what rank r gets from s.
    private func exchange() throws {
      let own = elements(rank, count: 3 * size)
      var received = [Element](repeating: 1, count: 3 * size)
      var span = received.mutableSpan
      try communicator.allToAll(own.span, &span)
      let expected = (0..<size).flatMap { elements($0, count: 3 * size)[(3 * rank)..<(3 * rank + 3)] }
      check("all-to-all", received == expected)
    }

    /// Rank s sends r + s elements to rank r, nothing to rank 0 from rank 0, one element between each two blocks.
    private func exchangeUneven() throws {
      let counts = (0..<size).map { Int32($0 + rank) }
      let starts = (0..<size).map { other in Int32((0..<other).reduce(0) { $0 + $1 + rank + 1 }) }
      let total = Int(starts[size - 1] + counts[size - 1])
      let own = elements(rank, count: total)
      var received = [Element](repeating: 1, count: total)
      var span = received.mutableSpan
      // What comes in has the same shape as what goes out.
      try communicator.allToAllV(
        own.span, sendCounts: counts, sendDisplacements: starts, &span, receiveCounts: counts,
        receiveDisplacements: starts)
      var expected = [Element](repeating: 1, count: total)
      for other in 0..<size {
        let theirStart = (0..<rank).reduce(0) { $0 + $1 + other + 1 }
        for i in 0..<(rank + other) {
          expected[Int(starts[other]) + i] = element(number(other, theirStart + i))
        }
      }
      check("all-to-all of unequal blocks", received == expected)
    }
  }
#endif
