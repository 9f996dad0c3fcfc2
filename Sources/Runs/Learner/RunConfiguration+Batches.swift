public import Configuration
internal import Data
internal import Files
public import Jobs

extension RunConfiguration {
  /// Batches that a step really has at most: `accumulate`, or those of an epoch where they are fewer, since no step
  /// reaches over an epoch's end. Collective; texts are read by process 0.
  ///
  /// - Throws: the same `RunError` on every process where a text is missing or damaged.
  public func batchesPerStep(_ job: Job) throws -> Int {
    guard accumulate > 1 else { return 1 }
    let text = try job.share { () throws(RunError) in
      let size = batchSize * bptt
      return Array("\((try dataSource.trainTokenCount() + size - 1) / size)".utf8)
    }
    return max(1, min(accumulate, Int(String(decoding: text, as: UTF8.self)) ?? accumulate))
  }
}
