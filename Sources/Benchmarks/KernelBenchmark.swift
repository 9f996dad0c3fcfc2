public import Configuration
private import Kernels
internal import Models
private import Teams

/// One kernel's speed on matrices of one shape.
public struct KernelRow: Sendable {
  /// The kernel, by what it is for.
  public let kernel: String
  /// Rows, and for products depth, and columns of what it computes.
  public let shape: String
  /// Time of a call, the best of several, in microseconds.
  public let microseconds: Double
  /// Additions and multiplications of a call, whether fused or not; 0 where it only moves numbers.
  public let operations: Double
  /// Bytes of what a call reads and of what it writes, each matrix once, however often its caches are filled anew: the
  /// least that moves.
  public let bytes: Double

  /// Operations in a nanosecond.
  public var gflops: Double { operations / microseconds / 1e3 }
  /// Bytes in a nanosecond.
  public var gigabytesPerSecond: Double { bytes / microseconds / 1e3 }
}

/// Times each kernel of a training step by itself, on this thread and on data of its own: one block of lanes of a
/// worker that has the whole batch, as the model cuts it. What a kernel reads is in cache from the call before, as far
/// as it fits.
///
/// Of a stack of recurrent layers, the first of each shape is timed, then what is the same for all models.
public func measureKernels(_ configuration: RunConfiguration, vocabulary: Int) -> [KernelRow] {
  let lanes = Lanes(batchSize: configuration.batchSize, count: configuration.laneCount)
  let model = configuration.model
  let cellBench = CellKernelBench(configuration, lanes: lanes)
  let bench = LayerKernelBench(
    configuration, lanes: lanes, vocabulary: vocabulary, width: cellBench?.widest,
    parameters: model.kind.isStack ? model.layout(vocabulary: vocabulary).count : nil)
  guard let cellBench else {
    return bench.recurrence() + bench.norm() + bench.output() + bench.recurrenceBackward() + bench.rest()
  }
  return cellBench.rows() + bench.output() + bench.rest()
}

/// A kernel's row: the best of 60 timings of some tenths of a millisecond each. Another program on the core lengthens
/// some, never all.
///
/// - elements: floats of all matrices that a call reads or writes; one that it does both to counts twice.
func timeKernel(_ kernel: String, _ shape: String, operations: Double, elements: Int, _ call: () -> Void) -> KernelRow {
  let clock = ContinuousClock()
  call()
  let single = clock.measure(call) / .microseconds(1)
  let calls = max(1, Int(300 / max(single, 0.01)))
  var best = Double.infinity
  for _ in 0..<(single > 30_000 ? 10 : 60) {
    best = min(best, clock.measure { for _ in 0..<calls { call() } } / .microseconds(1) / Double(calls))
  }
  return KernelRow(
    kernel: kernel, shape: shape, microseconds: best, operations: operations, bytes: 4 * Double(elements))
}
