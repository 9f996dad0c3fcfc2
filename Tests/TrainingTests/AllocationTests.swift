import Launching
import Testing
import Training

@Suite struct AllocationTests {
  /// 1000 steps allocate nothing but what grows with the logarithm of the list of their times.
  @Test(arguments: ModelKind.all, [(bptt: 3, hidden: 64, accumulate: 1), (20, 64, 1), (2, 136, 1), (3, 64, 4)])
  func aStepAllocatesNothing(kind: ModelKind, step: (bptt: Int, hidden: Int, accumulate: Int)) throws {
    let numbers = [step.bptt, step.hidden, step.accumulate].map { "\($0)" }
    let result = try BuiltProgram("AllocationExercise").run([kind.name] + numbers)
    try #require(result.status == 0, "\(result.errors)")
    let counts = result.output.joined(separator: " ").split(separator: " ").compactMap { Int($0) }
    try #require(counts.count == 2, "\(result)")
    #expect(counts[0] > 100, "the counter counts")
    #expect(counts[1] < 100, "\(counts[1]) allocations in 1000 steps")
  }
}
