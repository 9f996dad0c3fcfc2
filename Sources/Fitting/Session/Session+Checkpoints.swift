public import Files

extension Session {
  /// What a checkpoint of this moment holds, on worker 0; nil elsewhere. Collective.
  ///
  /// - learningRate: the maximum of the run's schedule; metricsLength: bytes of its metrics so far.
  public func checkpoint(_ fit: FitState, learningRate: Double, metricsLength: Int) -> CheckpointContents? {
    trainer.gather().map {
      CheckpointContents(
        configuration: configuration, vocabulary: vocabulary, tokenizer: tokenizer, dataDigest: dataDigest, fit: fit,
        learningRate: learningRate, metricsLength: metricsLength, names: trainer.tensorNames, gathered: $0)
    }
  }

  /// Puts this worker into the state of a checkpoint. Collective.
  ///
  /// - Throws: `RunError`, on all workers alike, when it doesn't belong to this session's model and texts.
  public func restore(_ checkpoint: Checkpoint, from path: String) throws(RunError) {
    guard checkpoint.dataDigest == dataDigest, checkpoint.vocabulary == vocabulary else {
      throw RunError(
        "the texts are not those of the checkpoint", at: path, remedy: "give the same --train and --valid, or --data",
        status: .badData)
    }
    do {
      trainer.restore(try trainer.tensorNames.state(in: checkpoint.file, updates: checkpoint.updates))
    } catch {
      throw RunError("the checkpoint can't be read (\(error))", at: path, remedy: "give another one", status: .badData)
    }
  }
}
