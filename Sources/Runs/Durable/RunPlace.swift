public import Files
internal import Jobs
public import SystemPackage
public import Teams

/// Where the files of a run go.
public enum RunPlace: Sendable, Equatable {
  /// Nowhere.
  case nowhere
  /// `runs/<UTC time>-<name>`, made for it.
  case named(String)
  /// A directory without a run, which is made if it isn't there.
  case directory(FilePath)
  /// That of a run which has left no checkpoint, and begins there once more.
  case beginning(FilePath)
  /// That of a run which goes on.
  case continuing(FilePath)

  /// Makes the directory or takes the one that is there, on worker 0; nil elsewhere, and for nowhere. Collective.
  ///
  /// - Throws: `RunError`, on all workers alike, as the initialisers of `RunDirectory` do.
  public func open(_ team: any Team) throws -> RunDirectory? {
    try SharedOutcome.first(team) { () throws(RunError) in try open() } ?? nil
  }

  func open() throws(RunError) -> RunDirectory? {
    switch self {
    case .nowhere: nil
    case .named(let name): try RunDirectory(named: name)
    case .directory(let path): try RunDirectory(at: path)
    case .beginning(let path), .continuing(let path): try RunDirectory(goingOn: path)
    }
  }
}
