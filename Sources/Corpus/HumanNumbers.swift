/// fast.ai's *human numbers*: the numbers 1…9999 spelled out, one a line; 8000 belongs to neither split.
public enum HumanNumbers {
  /// The numbers of the train split.
  public static let train = 1...7999
  /// The numbers of the valid split.
  public static let valid = 8001...9999

  private static let ones = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
  ]
  private static let tens = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]

  /// The words of a number from 1 to 9999.
  public static func words(_ number: Int) -> [String] {
    precondition((1...9999).contains(number), "human numbers are 1…9999")
    var result: [String] = []
    var rest = number
    if rest >= 1000 {
      result += [ones[rest / 1000], "thousand"]
      rest %= 1000
    }
    if rest >= 100 {
      result += [ones[rest / 100], "hundred"]
      rest %= 100
    }
    if rest >= 20 {
      result.append(tens[rest / 10])
      rest %= 10
    }
    if rest > 0 { result.append(ones[rest]) }
    return result
  }

  /// The file of a split: one number a line, each with a trailing space.
  public static func text(_ numbers: ClosedRange<Int>) -> String {
    numbers.map { words($0).joined(separator: " ") + " \n" }.joined()
  }
}
