/// The version of the program and its library.
package let programVersion = "0.1.0"
