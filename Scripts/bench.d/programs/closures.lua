local function counter(step)
  local total = 0
  return function(by)
    total = total + step * by
    return total
  end
end
local function compose(f, g) return function(x) return f(g(x)) end end
local advances = {}
for k = 0, 9 do advances[k + 1] = counter(k) end
local last = 0
for i = 0, 99999 do
  for k = 1, 5 do last = advances[k](i % 3) end
end
local twice = compose(function(x) return x + 1 end, function(x) return x * 2 % 1000003 end)
local value = 1
for _ = 1, 300000 do value = twice(value) end
print(last .. " " .. value)
