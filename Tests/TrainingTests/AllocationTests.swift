import Launching
import Testing
import Training

@Suite struct AllocationTests {
  /// 1000 steps allocate nothing but what grows with the logarithm of the list of their times.
  @Test(arguments: ModelKind.all, [(bptt: 3, hidden: 64), (20, 64), (2, 136)])
  func aStepAllocatesNothing(kind: ModelKind, size: (bptt: Int, hidden: Int)) throws {
    let result = try BuiltProgram("AllocationExercise").run([kind.name, "\(size.bptt)", "\(size.hidden)"])
    let counts = result.output.joined(separator: " ").split(separator: " ").compactMap { Int($0) }
    try #require(counts.count == 2, "\(result)")
    #expect(counts[0] > 100, "the counter counts")
    #expect(counts[1] < 100, "\(counts[1]) allocations in 1000 steps")
  }
}
