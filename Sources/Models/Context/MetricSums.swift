internal import Kernels
internal import Memory

/// The sums over predictions that the metrics of a validation are computed from, for each of a worker's lanes: added up
/// in the order of batches, steps and streams, whatever the number of workers.
package final class MetricSums {
  /// Adds a prediction to a lane's sums.
  package typealias Add = @Sendable (Prediction, inout [Double]) -> Void

  private let metrics: [(count: Int, add: Add)]
  private let lanes: Int
  /// (metrics, lanes, sums)
  private var sums: [[[Double]]] = []
  /// Whether the model has told of its predictions since the start.
  package private(set) var isUsed = false

  /// - metrics: how many sums each has, and what adds to them.
  package init(_ metrics: [(count: Int, add: Add)], lanes: Int) {
    (self.metrics, self.lanes) = (metrics, lanes)
    start()
  }

  /// Sums of a lane, over all metrics.
  package var count: Int { metrics.reduce(0) { $0 + $1.count } }

  /// Begins a validation, with all sums zero.
  package func start() {
    sums = metrics.map { [[Double]](repeating: [Double](repeating: 0, count: $0.count), count: lanes) }
    isUsed = false
  }

  /// A lane's sums, metric by metric.
  package func values(ofLane lane: Int) -> [Double] { sums.flatMap { $0[lane] } }

  /// Adds a block's rows, which are in the order (lane, step, stream).
  ///
  /// - counted: which of them count; first: the place in its stream of each stream's first row.
  func score(
    _ block: LaneBlock, _ logits: Panels, targets: BufferView<Int32>, rowLosses: BufferView<Float>,
    counted: CountedPredictions?, first: Int
  ) {
    isUsed = true
    var row = 0
    for (lane, streams) in zip(block.lanes, block.stepRows.rows) {
      for step in 0..<block.stepRows.steps {
        for stream in streams {
          defer { row += 1 }
          if let counted, !counted.counts(block.matrixStreams.lowerBound + stream, place: first + step) { continue }
          let prediction = Prediction(
            logits, row: row, target: Int(targets[row]), loss: Double(rowLosses[row]),
            isUnpredictable: counted?.isWrong(targets[row]) ?? false)
          for (index, metric) in metrics.enumerated() { metric.add(prediction, &sums[index][lane]) }
        }
      }
    }
  }
}
