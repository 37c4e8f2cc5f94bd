local Counter = {}
Counter.__index = Counter
function Counter.new(class, step) return setmetatable({step = step, total = 0}, class) end
function Counter:advance(by)
  self.total = self.total + self.step * by
  return self
end
local Wrapping = setmetatable({}, {__index = Counter})
Wrapping.__index = Wrapping
function Wrapping:advance(by)
  Counter.advance(self, by)
  if self.total > 1000 then self.total = self.total - 1000 end
  return self
end
local plain, wrapping = Counter.new(Counter, 3), Counter.new(Wrapping, 7)
for i = 0, 499999 do
  plain:advance(i % 5):advance(1)
  wrapping:advance(i % 3)
end
print(plain.total .. " " .. wrapping.total)
