# What the test files of MacPorts' trace mode ask for, by its name there.

package ifneeded Pextlib 1.0 [list source [file join $dir tracelib.tcl]]
