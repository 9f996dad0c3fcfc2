internal import Teams
internal import Training

internal import Platform

/// A fault that a test asks for by the environment variable `DIST_TRAIN_FAULT`, as `PLACE@WORKER:STEP`: that worker
/// throws before the step's first collective operation, while the others wait in it, or after the step.
struct Fault {
  enum Place: String {
    case before
    case `while`
    case after
  }

  private let place: Place
  private let step: Int

  /// The fault that this worker is to have, if any.
  static func asked(of worker: Int) -> Fault? {
    // The variable's text is copied before anything could change the environment.
    guard let text = unsafe getenv("DIST_TRAIN_FAULT") else { return nil }
    let parts = unsafe String(cString: text).split { $0 == "@" || $0 == ":" }
    guard parts.count == 3, let place = Place(rawValue: String(parts[0])), Int(parts[1]) == worker,
      let step = Int(parts[2])
    else { return nil }
    return Fault(place: place, step: step)
  }

  /// Throws if the fault is to happen here, in this step.
  func strike(_ here: Place, step: Int) throws(RunError) {
    guard step == self.step, here == place || here == .before && place == .while else { return }
    if place == .while { pause(microseconds: 300_000) }
    throw RunError(
      "a fault was asked for", at: "\(place.rawValue) step \(step)", remedy: "ask for none", status: .failure)
  }
}
