internal import Training

extension OptionValues {
  /// How a run of `train`'s options is kept.
  ///
  /// - ranks: processes that it has.
  func keeping(_ configuration: RunConfiguration, ranks: Int) -> RunKeeping {
    var keeping = RunKeeping()
    keeping.checkpointEvery = self[RunOption.durability.checkpointEvery]
    keeping.checkpoints = self(RunOption.durability.keep)
    keeping.nonFinite = self(RunOption.schedule.nonFinite)
    keeping.ranks = ranks
    keeping.facts = LargeBatch(self).facts(configuration)
    return keeping
  }
}
