internal import SystemPackage
internal import Teams
internal import Training

/// The LR finder alone: plot, suggestions, files.
func runLearningRateFinder(_ options: LearningRateFinderOptions) throws {
  let configuration = try RunConfiguration(options.shared)
  try configuration.checkStatistics()
  var finder = LearningRateFinder()
  finder.start = options.startLearningRate
  finder.end = options.endLearningRate
  finder.iterations = options.iterations
  finder.weightDecay = options.weightDecay
  let settings = finder
  try options.shared.run { team in
    let session = try Session(configuration, team: team)
    let directory = try OutputDirectory.agree(team) { () throws(RunError) in
      switch options.output {
      case .none: return nil
      case .automatic: return try RunDirectory(named: "lr-find-\(configuration.model.kind.name)")
      case .directory(let path), .begun(let path): return try RunDirectory(at: FilePath(named: path))
      }
    }
    let before = session.digest()
    let curve = session.findLearningRate(settings)
    let after = session.digest()
    guard team.rank == 0 else { return }
    guard before == after else {
      throw RunError("the LR finder left a trace", at: "state digest", remedy: "report this", status: .failure)
    }
    if options.showsPlots { TerminalPlot.show(curve.plot(configuration.caption)) }
    print(LearningRateReport.text(curve))
    if let directory { try LearningRateReport.write(curve, configuration, to: directory) }
  }
}
