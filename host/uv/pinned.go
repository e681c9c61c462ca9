package uv

import (
	"os"
	"runtime"
)

// Pinned is the version of uv that Install brings.
const Pinned = "0.13.9"

// A wheel is a file of uv's release that holds its binaries for one platform.
type wheel struct {
	file   string
	sha256 string
}

// wheels are those of Pinned by platform. The hashes are the trust: wherever
// the file comes from, it is this one or it is refused.
var wheels = map[string]wheel{
	"linux/amd64/glibc": {
		"uv-0.13.9-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
		"d7f459fe4fd247d830351c75686d3996ace3c6f3f728eb0e85a30b7ada0cef19",
	},
	"linux/amd64/musl": {
		"uv-0.13.9-py3-none-musllinux_1_1_x86_64.whl",
		"2c45530751517d6c3bbc69a19473f6effe47cce047bede01ffd8af7ea7b36b25",
	},
	"linux/arm64/glibc": {
		"uv-0.13.9-py3-none-manylinux_2_17_aarch64.manylinux2014_aarch64.musllinux_1_1_aarch64.whl",
		"5435c5ce14a56431208ca0996416d310f1598e8c2c8ba707688985a16bb82dbe",
	},
	"linux/arm64/musl": {
		"uv-0.13.9-py3-none-manylinux_2_17_aarch64.manylinux2014_aarch64.musllinux_1_1_aarch64.whl",
		"5435c5ce14a56431208ca0996416d310f1598e8c2c8ba707688985a16bb82dbe",
	},
	"darwin/amd64": {
		"uv-0.13.9-py3-none-macosx_10_12_x86_64.whl",
		"c16ed11e013557536b3e60065f1b912f6407bd6518e041b961e23ef9e6b4fbf5",
	},
	"darwin/arm64": {
		"uv-0.13.9-py3-none-macosx_11_0_arm64.whl",
		"66c512266d633bef48384a1f53003f41f2a8e7b36fe6e7fbfd3e0fd52d96fa63",
	},
}

// platform names this machine as wheels does.
func platform() string {
	p := runtime.GOOS + "/" + runtime.GOARCH
	if runtime.GOOS != "linux" {
		return p
	}
	// Where the loaders of both C libraries are, the system's own is glibc.
	for _, loader := range []string{"/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1", "/lib64/ld-linux-aarch64.so.1"} {
		if _, err := os.Stat(loader); err == nil {
			return p + "/glibc"
		}
	}
	return p + "/musl"
}
