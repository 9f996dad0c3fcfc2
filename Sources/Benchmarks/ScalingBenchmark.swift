public import Configuration
internal import Fitting
public import Jobs
internal import Teams

/// The speed of a number of workers, and where their time goes.
public struct ScalingRow: Sendable {
  /// Number of workers.
  public let workers: Int
  /// Tokens of all workers in a second.
  public let tokensPerSecond: Double
  /// Median time of a step, in microseconds.
  public let stepMicroseconds: Double
  /// Speed over that of one worker.
  public let speedUp: Double
  /// Speed-up over the number of workers.
  public let efficiency: Double
  /// Shares of the workers' time: arithmetic; the collectives that end a step when nobody is late; the rest of what
  /// they spend in collectives, waiting for each other.
  public let compute, reduction, waiting: Double
  /// Median of a barrier, in nanoseconds.
  public let barrierNanoseconds: Double
}

extension Job {
  /// Times training steps on teams of 1, 2, 4, … of the job's workers and on all of them. Collective; the rows are on
  /// the job's first process, nothing elsewhere.
  ///
  /// - weak: the batch and the lanes grow with the workers, so that each has as many streams as one alone.
  public func measureScaling(_ configuration: RunConfiguration, steps: Int, weak: Bool) throws -> [ScalingRow] {
    var rows: [ScalingRow] = []
    func scaled(_ workers: Int) -> RunConfiguration {
      guard weak else { return configuration }
      var result = configuration
      result.batchSize *= workers
      result.lanes = configuration.laneCount * workers
      return result
    }
    try forGrowingTeams(
      lanes: { count in
        let configuration = scaled(count)
        return Lanes(batchSize: configuration.batchSize, count: configuration.laneCount)
      },
      { workers, count in
        let resolved = scaled(count)
        let measured = try workers.run { team in
          let session = try Session(
            resolved, team: team, fits: false, spans: SpanLog(capacity: 64 * (resolved.bptt + 4) * steps))
          let times = session.timeSteps(steps)
          let shares = team.gather(Array("\(times.waitingShare)".utf8)).compactMap {
            Double(String(decoding: $0, as: UTF8.self))
          }
          return (times, shares.reduce(0, +) / Double(max(shares.count, 1)))
        }
        guard rank == 0 else { return }
        let (times, collective) = measured[0]
        let speed = Double(resolved.batchSize * resolved.bptt) / times.medianMicroseconds * 1e6
        let reduction = min(times.reduceMicroseconds / times.medianMicroseconds, collective)
        let speedUp = speed / (rows.first?.tokensPerSecond ?? speed)
        rows.append(
          ScalingRow(
            workers: count, tokensPerSecond: speed, stepMicroseconds: times.medianMicroseconds, speedUp: speedUp,
            efficiency: speedUp / Double(count), compute: 1 - collective, reduction: reduction,
            waiting: collective - reduction, barrierNanoseconds: times.barrierNanoseconds))
      })
    return rows
  }
}
