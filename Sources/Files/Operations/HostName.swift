internal import Platform

/// What this machine is called. Calls `gethostname`.
package var hostName: String {
  var bytes = [CChar](repeating: 0, count: 256)
  // The call fills the array's memory, during the call, and leaves its last byte.
  guard unsafe gethostname(&bytes, bytes.count - 1) == 0 else { return "unknown host" }
  return String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
