import Fitting
import Testing

/// Curves of long runs in bounded memory.
@Suite struct BoundedSeriesTests {
  static func record(_ step: Int, _ loss: Double) -> StepRecord {
    StepRecord(step: step, epoch: 1, loss: loss, smoothedLoss: loss, learningRate: 1e-3, momentum: 0.9)
  }

  @Test func allStayUpToTheCapacity() {
    var series = BoundedSeries<StepRecord>(capacity: 64)
    for step in 1...64 { series.append(Self.record(step, Double(step))) }
    #expect(series.records.map(\.step) == Array(1...64) && series.width == 1)
  }

  /// A curve with a deep and a high point somewhere in 300,000 steps.
  @Test(arguments: [8, 100, 4096]) func shapeOfALongRun(capacity: Int) {
    var series = BoundedSeries<StepRecord>(capacity: capacity)
    let count = 300_000
    for step in 1...count {
      let loss = step == 77_777 ? 9 : step == 123_456 ? -1 : step == 200_000 ? Double.nan : 3 - Double(step) / 1e6
      series.append(Self.record(step, loss))
      #expect(series.records.count <= capacity)
    }
    let steps = series.records.map(\.step)
    #expect(series.count == count && series.last?.step == count)
    #expect(steps.first == 1 && steps.last == count && steps == steps.sorted() && Set(steps).count == steps.count)
    #expect(steps.contains(77_777) && steps.contains(123_456))
    #expect(steps.count >= min(capacity / 4, 4))
  }

  /// A run that goes on has the same curve as one that didn't stop: it depends on the records alone.
  @Test func dependsOnTheRecordsAlone() {
    var whole = BoundedSeries<StepRecord>(capacity: 32)
    for step in 1...1000 { whole.append(Self.record(step, Double(step * 7919 % 101))) }
    var again = BoundedSeries<StepRecord>(capacity: 32)
    for step in 1...400 { again.append(Self.record(step, Double(step * 7919 % 101))) }
    let copy = again
    for step in 401...1000 { again.append(Self.record(step, Double(step * 7919 % 101))) }
    #expect(whole.records == again.records && copy.records.count <= 32)
  }
}
