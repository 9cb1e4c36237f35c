module example.org/brightcart/rates

go 1.25.0

require (
	example.org/brightcart/decimal v1.4.0
	example.org/brightcart/router v0.9.1
)

require example.org/brightcart/bytepool v0.2.0 // indirect
