-- What Lua's libraries do, printed; the same on every kernel.
print(_VERSION, ...)
print(arg[0], #arg)

-- Numbers and texts.
print(7 // 2, -7 // 2, 7 % -3, 2 ^ 0.5, 1e308 * 10, math.tointeger(3.0), 1 << 62, ~0)
print(string.format("%5.2f|%-8s|%08x|%q|%g|%a", math.pi, "ab", 48879, "a\n\0b", 1e100, 0.1))
print(("hello world"):gsub("o", "0"), ("key = value"):match("^(%w+)%s*=%s*(%w+)$"))
print(string.pack("<i4d", 7, 1.5):byte(1, -1))
print(utf8.len("grün"), utf8.codepoint("€", 1), #"grün", ("x"):rep(3, "-"), ("abc"):reverse())
for word in ("one two  three"):gmatch("%S+") do io.write("[", word, "]") end
print()

-- Tables, closures, coroutines, errors, metatables.
local squares = {}
for i = 1, 1000 do squares[i] = (i * 7919) % 1000 end
table.sort(squares)
print(#squares, squares[1], squares[500], table.concat(squares, ",", 1, 5), select("#", table.unpack(squares, 1, 9)))
local function counter()
  local n = 0
  return function() n = n + 1 return n end
end
local a, b = counter(), counter()
print(a(), a(), b())
local generate = coroutine.wrap(function() for i = 1, 3 do coroutine.yield(i * i) end end)
print(generate(), generate(), generate())
print(pcall(error, "raised", 0))
print(select(2, pcall(function() return nil + 1 end)))
local vector = setmetatable({1, 2}, {__add = function(x, y) return x[1] + y[1] end, __len = function() return 77 end})
print(vector + vector, #vector)
do
  local closed <close> = setmetatable({}, {__close = function() print("closed") end})
end
local weak = setmetatable({{}}, {__mode = "v"})
collectgarbage()
print(#weak, collectgarbage("count") > 10)

-- Standard input, files, time.
print(io.read("l"))
print(io.read("n", "n", "n"))
print(io.read("a"))
for line in io.lines("files/data") do print("data", line) end
local file = assert(io.open("made", "w+"))
file:write("one\n", 2, "\n", 3.5, "\n")
file:seek("set", 4)
print(file:read("n"), file:seek("cur"), file:seek("end"))
file:setvbuf("full", 10)
file:close()
print(io.type(file), io.open("none/x", "w"))
print(os.rename("made", "other"), os.remove("other"), os.remove("other"))
print(os.date("!%Y-%m-%d %H:%M:%S", 951782400), os.time({year = 2000, month = 2, day = 29, hour = 12}) > 0)
print(os.getenv("HOME"), os.getenv("NOTHING"), os.clock() >= 0)
local name = os.tmpname()
print(#name > 5, (os.remove(name)))
io.stderr:write("to standard error\n")
print(load("return 1 +")) print(load("return 6 * 7")())
