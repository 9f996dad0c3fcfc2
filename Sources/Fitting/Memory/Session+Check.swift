package import Configuration
internal import Corpus
package import Data
package import Files
internal import Models

extension Session {
  /// Throws what a run by this process alone would be refused for at its start, without taking its memory: streams that
  /// the texts are too short for, memory that isn't to be had, weights that don't fit.
  ///
  /// - texts: of the configuration's source; workers: threads of the run.
  /// - Returns: bytes that the run takes, about.
  package static func check(
    _ configuration: RunConfiguration, _ texts: TextsSummary, workers: Int
  ) throws(RunError) -> Int {
    try configuration.checkBounds()
    try configuration.checkStatistics()
    func steps(_ text: (name: String, tokens: Int, digest: String)) throws(RunError) -> Int {
      do throws(CorpusError) {
        return try Streams(
          tokenCount: text.tokens, batchSize: configuration.batchSize, bptt: configuration.bptt, name: text.name
        ).steps
      } catch {
        throw RunError(error.problem, at: error.place, remedy: error.remedy, status: .usage)
      }
    }
    let workers = min(workers, configuration.laneCount)
    let estimate = MemoryEstimate(
      configuration, vocabulary: texts.vocabulary.count, trainBatches: try steps(texts.train),
      validBatches: try steps(texts.valid), readsFile: texts.areTokenFiles, nodeSizes: [workers])
    if let error = shortage(estimate, 0..<workers, isFirst: true, at: nil) { throw error }
    guard let path = configuration.initialWeights else { return estimate.node }
    let (file, bytes) = try WeightsFile.bytes(path)
    let tokens = texts.vocabulary.tokens
    _ = try checkedWeights(bytes, file, configuration, tokens, configuration.model.layout(vocabulary: tokens.count))
    return estimate.node
  }
}
