internal import Synchronization

/// The options that the process's command has: errors tell the user to change no others.
public enum OfferedOptions {
  private static let known = Mutex<[String]?>(nil)

  /// Their names as they are typed, "--threads"; nil for a program that has no command, whose parameters are called as
  /// the options are.
  public static var names: [String]? {
    get { known.withLock { $0 } }
    set { known.withLock { $0 = newValue } }
  }

  /// Those of the wanted ones that there are, in words: "--hidden, --batch-size or --bptt"; nil for none.
  package static func among(_ wanted: [String]) -> String? {
    let names = names
    let some = wanted.filter { names?.contains($0) ?? true }
    guard let last = some.last else { return nil }
    return some.count == 1 ? last : some.dropLast().joined(separator: ", ") + " or " + last
  }
}
