internal import SystemPackage
internal import Teams
internal import Training

/// The LR finder alone: plot, suggestions, files.
func runLearningRateFinder(_ command: CommandJob) throws {
  let (options, configuration) = (command.options, command.configuration)
  try configuration.checkStatistics()
  var finder = LearningRateFinder()
  finder.start = options(RunOption.finder.start)
  finder.end = options(RunOption.finder.end)
  finder.iterations = options(RunOption.finder.iterations)
  finder.weightDecay = configuration.weightDecay
  let settings = finder
  try command.runWorkers { team in
    let session = try Session(configuration, team: team)
    let place: RunPlace =
      switch options[RunOption.finder.out] {
      case .nowhere: .nowhere
      case nil: .named("lr-find-\(configuration.model.kind.name)")
      case .directory(let path): .directory(FilePath(named: path))
      }
    let directory = try place.open(team)
    let before = session.digest()
    let curve = session.findLearningRate(settings)
    let after = session.digest()
    guard team.rank == 0 else { return }
    guard before == after else {
      throw RunError("the LR finder left a trace", at: "state digest", remedy: "report this", status: .failure)
    }
    if !options(RunOption.finder.noPlot) { TerminalPlot.show(curve.plot(configuration.caption)) }
    print(LearningRateReport.text(curve))
    try directory?.write(curve, configuration)
  }
}
